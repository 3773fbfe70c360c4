// What the other services say that they can: asked of each of them, and of the Device service for all at once.
import { xml } from '../../lib/xml.js'
import { MOST_PROFILES } from './profiles.js'
import { MOST_SUBSCRIPTIONS } from './subscriptions.js'

export const mediaCapabilities = xml`<trt:Capabilities SnapshotUri="true" Rotation="false" VideoSourceMode="false" OSD="false"><trt:ProfileCapabilities MaximumNumberOfProfiles="${MOST_PROFILES + 2}"/><trt:StreamingCapabilities RTPMulticast="false" RTP_TCP="true" RTP_RTSP_TCP="true" NonAggregateControl="false" NoRTSPStreaming="false"/></trt:Capabilities>`

export const imagingCapabilities = xml`<timg:Capabilities ImageStabilization="false"/>`

export const eventCapabilities = xml`<tev:Capabilities WSSubscriptionPolicySupport="false" WSPullPointSupport="true" WSPausableSubscriptionManagerInterfaceSupport="false" MaxNotificationProducers="1" MaxPullPoints="${MOST_SUBSCRIPTIONS}" PersistentNotificationStorage="false"/>`
