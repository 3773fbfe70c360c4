import fc from 'fast-check'
import { expect, test } from 'vitest'
import { itemName, partName, readName, tmpName } from '../../src/media/storage-names.js'

const at = new Date(2026, 10, 20, 23, 15, 58, 900).getTime()

test('names are local time and a number, ids fit into an address', () => {
  expect(itemName('porch', at, 1)).toEqual({
    ...{ id: 'porch-20261120-231558-0001', camera: 'porch', number: 1 },
    ...{ folder: 'porch/2026-11-20', stem: '23-15-58_0001' },
  })
  expect(itemName('back-door_2', at, 12345).id).toBe('back-door_2-20261120-231558-12345')
})

test('what is written as a name is read back from it', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z0-9_-]{1,12}$/),
      fc.date({ min: new Date(2001, 0, 1), max: new Date(2099, 11, 31), noInvalidDate: true }),
      fc.integer({ min: 1, max: 1_000_000 }),
      (camera, date, number) => {
        const name = itemName(camera, date.getTime(), number)
        const found = readName(camera, name.folder.slice(camera.length + 1), `${name.stem}.mp4`)
        expect(found).toMatchObject({ ...name, role: 'final', format: 'mp4' })
      },
    ),
  )
})

test.each([
  [partName('23-15-58_0001'), 'part'],
  [tmpName('23-15-58_0001'), 'scrap'],
  ['23-15-58_0001.jpg.77-3.draft', 'scrap'],
  ['23-15-58_0001.png', 'final'],
  ['23-15-58_0001.7.crop.jpg', 'crop'],
  ['23-15-58_0001.7.crop.jpg.77-3.draft', 'scrap'],
])('%s is a %s', (file, role) => {
  expect(readName('porch', '2026-11-20', file)).toMatchObject({ role, id: 'porch-20261120-231558-0001' })
})

test.each([
  'holiday.mp4',
  '23-15-58_0001.mkv',
  '23-15-58_0001.part.mp4',
  '.23-15-58_0001.7.crop.jpg',
  '23-15-58_0001.seven.crop.jpg',
  '.23-15-58_0001.mp4',
  '99-99-99_0001.mp4',
  '23-15-58.jpg',
])('%s is not ours', (file) => {
  expect(readName('porch', '2026-11-20', file)).toBeNull()
})
