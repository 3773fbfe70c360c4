// A machine without libturbojpeg, and one for which koffi has no binary.
import { afterEach, describe, expect, test, vi } from 'vitest'

const image = { data: new Uint8Array(3), width: 1, height: 1, channels: 3 } as const

afterEach(() => {
  vi.doUnmock('koffi')
  vi.resetModules()
})

describe.each([
  [
    'the library',
    () => ({
      default: {
        load: () => {
          throw new Error('libturbojpeg.so.0: cannot open shared object file')
        },
      },
    }),
  ],
  [
    'a binary of koffi',
    () => {
      throw new Error('cannot open shared object file, neither koffi')
    },
  ],
] as const)('without %s', (_what, koffi) => {
  test('everything starts; pictures say which package is missing, and so does the doctor', async () => {
    vi.doMock('koffi', koffi)
    const { encodeJpeg } = await import('../../src/media/jpeg.js')
    await expect(encodeJpeg(image, 85)).rejects.toMatchObject({
      name: 'Failure',
      code: 'unavailable',
      message: expect.stringContaining("libturbojpeg (package libturbojpeg0) can't be loaded: "),
    })
    const { runChecks } = await import('../../src/cli/checks.js')
    const found = await runChecks(null)
    expect(found.filter(({ about }) => about === 'jpeg')).toMatchObject([
      {
        status: 'bad',
        what: expect.stringContaining('libturbojpeg0'),
        todo: expect.stringContaining('apt-get install'),
      },
    ])
  })
})

test('with them the doctor is content', async () => {
  const { runChecks } = await import('../../src/cli/checks.js')
  const found = await runChecks(null)
  expect(found.filter(({ about }) => about === 'jpeg' || about === 'ffmpeg').map(({ status }) => status)).not.toContain(
    'bad',
  )
})
