// Sets what an ONVIF camera can do with its own picture: brightness and the like, scaled into the camera's own ranges,
// and its infrared filter, which is our night mode.
import { type ImageControl, imageControls, type NightMode } from '../camera/settings.js'
import { at, listOf, type OnvifSession } from './onvif-session.js'
import type { Wish } from './source.js'

/** By ONVIF's names in agsh's spelling. */
const NAMES: Readonly<Record<ImageControl, string>> = {
  brightness: 'brightness',
  contrast: 'contrast',
  saturation: 'colorSaturation',
  sharpness: 'sharpness',
}
/** The filter keeps infrared light away: on by day. */
const FILTERS: Readonly<Record<NightMode, string>> = { auto: 'AUTO', day: 'ON', night: 'OFF' }

/** -100..100 into the camera's range, whose middle is 0. */
export const scaleInto = (value: number, min: number, max: number): number => {
  const scaled = min + ((value + 100) / 200) * (max - min)
  // Small ranges are of fractions.
  return max - min > 2 ? Math.round(scaled) : Math.round(scaled * 1000) / 1000
}

export interface Adjustment {
  /** For agsh's setImagingSettings: texts, because it leaves out a number that is 0. */
  readonly options: Readonly<Record<string, string>>
  /** A sentence for each wish that can't be fulfilled. */
  readonly refused: readonly string[]
}

/** `can`: agsh's answer to GetOptions. */
export const planAdjustment = ({ image, night }: Wish, can: unknown): Adjustment => {
  const options: Record<string, string> = {}
  const refused: string[] = []
  for (const control of imageControls) {
    const value = image[control]
    if (value === undefined) continue
    const range = at(can, NAMES[control])
    const [min, max] = [Number(at(range, 'min')), Number(at(range, 'max'))]
    if (max > min) options[NAMES[control]] = String(scaleInto(value, min, max))
    else refused.push(`the camera can't set its ${control}`)
  }
  if (night !== undefined) {
    const modes = listOf(at(can, 'irCutFilterModes')).map(String)
    if (modes.includes(FILTERS[night])) options.irCutFilter = FILTERS[night]
    else refused.push(`the camera can't set its infrared filter to ${FILTERS[night]}`)
  }
  return { options, refused }
}

/** `source`: of the video source. A sentence for each wish that this camera can't fulfil. */
export const adjustOnvif = async (session: OnvifSession, source: string, wish: Wish): Promise<readonly string[]> => {
  if (!session.has('imaging')) return ['the camera lets nobody set its picture (it has no ONVIF imaging)']
  const { options, refused } = planAdjustment(wish, await session.ask('getVideoSourceOptions', { token: source }))
  if (Object.keys(options).length > 0) await session.ask('setImagingSettings', { token: source, ...options })
  return refused
}
