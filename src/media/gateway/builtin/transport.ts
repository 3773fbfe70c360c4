// The Transport header: what a client offers, the first of it that is spoken here, and the answer.

export type Transport =
  | { readonly kind: 'tcp'; readonly rtp: number | undefined; readonly rtcp: number | undefined }
  | { readonly kind: 'udp'; readonly rtp: number; readonly rtcp: number }

const parsePair = (text: string | undefined, max: number): readonly [number, number] | undefined => {
  const [, a, b] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text ?? '') ?? []
  if (a === undefined) return undefined
  const [first, second] = [Number(a), b === undefined ? Number(a) + 1 : Number(b)]
  return first <= max && second <= max && first !== second ? [first, second] : undefined
}

const parseOffer = (offer: string): Transport | undefined => {
  const [protocol = '', ...rest] = offer.split(';').map((part) => part.trim())
  const options = new Map(
    rest.map((part) => {
      const [name = '', value = ''] = part.split('=', 2)
      return [name.toLowerCase(), value]
    }),
  )
  if (options.has('multicast')) return undefined
  switch (protocol.toUpperCase()) {
    case 'RTP/AVP/TCP': {
      if (!options.has('interleaved')) return { kind: 'tcp', rtp: undefined, rtcp: undefined }
      const pair = parsePair(options.get('interleaved'), 255)
      return pair && { kind: 'tcp', rtp: pair[0], rtcp: pair[1] }
    }
    case 'RTP/AVP':
    case 'RTP/AVP/UDP': {
      // A `destination` is not looked at: packets go to the one who asks, never to a third.
      const pair = parsePair(options.get('client_port'), 65535)
      return pair?.every((port) => port > 0) ? { kind: 'udp', rtp: pair[0], rtcp: pair[1] } : undefined
    }
    default:
      return undefined
  }
}

export const parseTransport = (header: string | undefined): Transport | undefined => {
  for (const offer of (header ?? '').split(',', 8)) {
    const transport = parseOffer(offer)
    if (transport) return transport
  }
  return undefined
}
