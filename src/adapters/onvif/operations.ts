// All operations of the device in one table: the router looks here, and docs/onvif.md is made from it.
import { deviceOperations } from './device.js'
import { eventOperations } from './events.js'
import { imagingOperations } from './imaging.js'
import { mediaOperations } from './media.js'
import { type Operation, services } from './operation.js'
import { NS } from './soap.js'

export const operations: readonly Operation[] = [
  ...deviceOperations,
  ...mediaOperations,
  ...imagingOperations,
  ...eventOperations,
]

const keyOf = (ns: string, name: string): string => `${ns} ${name}`

const table: ReadonlyMap<string, Operation> = new Map(
  operations.map((one) => [keyOf(one.ns ?? NS[services[one.service].prefix], one.name), one]),
)

/** By its element's namespace and name, at whatever address it arrives: clients mix them up. */
export const findOperation = (ns: string, name: string): Operation | undefined => table.get(keyOf(ns, name))
