// The line protocol with nothing behind it: cameras and house note what is asked of them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CarryOutDeps, createCarryOut } from '../../src/adapters/line/carry-out.js'
import { type Line, startLine } from '../../src/adapters/line/line.js'
import { createConfirmations } from '../../src/camera/confirmations.js'
import { type Clock, createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { createFakeCameras, type FakeCameras } from './fake-cameras.js'
import { createFakeHouse, type FakeHouse } from './fake-house.js'

export interface LineHouse extends Disposable {
  readonly cameras: FakeCameras
  readonly house: FakeHouse
  readonly deps: CarryOutDeps
  readonly carryOut: ReturnType<typeof createCarryOut>
  /** On a free port of this machine. */
  start(clock?: Clock): Promise<Line>
}

export const createLineHouse = (clock: Clock = createSystemClock()): LineHouse => {
  const folder = mkdtempSync(join(tmpdir(), 'nightjar-line-'))
  const cameras = createFakeCameras(folder, 'porch', 'yard')
  const house = createFakeHouse()
  const own = {
    ...{ cameras, house, recordings: cameras.recordings, log: silentLog },
    source: (id: string) => ({
      kind: id === 'porch' ? 'usb' : 'rtsp',
      ...(id === 'porch' ? { fps: 25, width: 640 } : {}),
    }),
  }
  const deps: CarryOutDeps = { ...own, clock, confirmations: createConfirmations(clock) }
  return {
    ...{ cameras, house, deps },
    carryOut: createCarryOut(deps),
    start: (runs = clock) => startLine({ ...own, clock: runs, config: { host: '127.0.0.1', port: 0, token: null } }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
