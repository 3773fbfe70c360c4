// Home Assistant's Supervisor, for a Nightjar that it started as an add-on. Its token in the environment says so.

export interface Supervisor {
  /** Where it is asked. */
  readonly url: string
  readonly token: string
  /** Whose requests come through ingress: from this address, and from no other. */
  readonly peer: string
}

/** Undefined outside of an add-on. */
export const supervisorOf = ({ SUPERVISOR_TOKEN: token }: NodeJS.ProcessEnv): Supervisor | undefined =>
  token ? { url: 'http://supervisor', token, peer: '172.30.32.2' } : undefined
