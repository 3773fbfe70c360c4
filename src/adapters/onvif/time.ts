// Times as ONVIF and XML Schema write them. Pure.
import { type Xml, xml } from '../../lib/xml.js'

/** Wall ms as xs:dateTime, whole seconds, UTC. */
export const formatTime = (wall: number): string => `${new Date(wall).toISOString().slice(0, 19)}Z`

/** The same with milliseconds, for the moment of an event. */
export const formatMoment = (wall: number): string => new Date(wall).toISOString()

/** tt:DateTime's inside. */
export const dateTime = (wall: number): Xml => {
  const at = new Date(wall)
  return xml`<tt:Time><tt:Hour>${at.getUTCHours()}</tt:Hour><tt:Minute>${at.getUTCMinutes()}</tt:Minute><tt:Second>${at.getUTCSeconds()}</tt:Second></tt:Time><tt:Date><tt:Year>${at.getUTCFullYear()}</tt:Year><tt:Month>${at.getUTCMonth() + 1}</tt:Month><tt:Day>${at.getUTCDate()}</tt:Day></tt:Date>`
}

const DURATION = /^P(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8}(?:\.\d{1,9})?)S)?)?$/

/** `PT10M` in milliseconds; undefined for anything else (years and months have no fixed length). */
export const parseDuration = (text: string): number | undefined => {
  const found = DURATION.exec(text)
  const parts = found?.slice(1) ?? []
  if (!found || parts.every((part) => part === undefined)) return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0))
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
}

/** A duration, or the moment until which; milliseconds from `now` (wall ms). */
export const parseTermination = (text: string, now: number): number | undefined => {
  const duration = parseDuration(text)
  if (duration !== undefined) return duration
  const moment = /^\d{4}-\d\d-\d\dT/.test(text)
    ? Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`)
    : Number.NaN
  return Number.isFinite(moment) ? moment - now : undefined
}
