// A house whose one camera, `porch`, is an ONVIF camera elsewhere; only that camera's own word counts for motion.
import type { CameraState } from '../../src/camera/state.js'
import type { OnvifSourceConfig } from '../../src/sources/onvif.js'
import { until } from './nightjar.js'
import { PASSWORDS } from './onvif-house.js'
import { type PipelineHouse, startPipelineHouse } from './pipeline-house.js'
import { defaultSettings } from './settings.js'

export const sourceAt = (port: number, username = 'otto', password = PASSWORDS.otto ?? ''): OnvifSourceConfig => ({
  ...{ kind: 'onvif', address: `127.0.0.1:${port}`, username, password },
  ...{ profile: 'auto', sub_profile: 'auto', transport: 'tcp', events: true, check_certificate: true },
})
/** What counts is only what the camera says. */
export const trusting = {
  ...defaultSettings,
  motion: { ...defaultSettings.motion, trust: 'camera' as const, hold_s: 1 },
}
export const read = (source: OnvifSourceConfig): Promise<PipelineHouse> => startPipelineHouse(source, trusting)
export const stateOf = ({ cameras }: PipelineHouse): CameraState => cameras.state('porch')
export const online = (house: PipelineHouse) =>
  until('video', () => stateOf(house).link.status === 'online' && stateOf(house).media.video)
