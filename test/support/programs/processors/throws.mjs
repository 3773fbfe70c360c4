// Fails with every picture.
export const process_image = (frame) => {
  const zone = undefined
  frame.data[0] = 255
  return zone.width
}
