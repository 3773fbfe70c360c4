// Tells what it knows.
let count = 0
export const process_image = (frame, context) => {
  count += 1
  console.log(`picture ${count}`)
  context.facts({ count, camera: context.camera, zones: context.zones.map(({ id }) => id).join(' ') })
  context.report('night', context.state.light.mode === 'night')
  context.report('secret', process.env.NIGHTJAR_TEST_PASSWORD ?? 'none')
  context.report('path', process.env.PATH !== undefined)
  context.report('time', context.time.toISOString())
  if (frame.data[0] === 1) context.event('seen', { what: 'a cat', score: 0.9 })
  if (frame.data[0] === 2) context.isolate('lawm')
  if (frame.data[0] === 3) for (const row of context.isolate('Lawn').rows) row.fill(200)
  if (frame.data[0] === 4) for (let i = 0; i < 100; i++) context.event('much')
}
