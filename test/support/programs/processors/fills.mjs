// Paints the picture red, and reports each one.
let count = 0
export const process_image = ({ data }, context) => {
  for (let at = 0; at < data.length; at += 3) {
    data[at] = 255
    data[at + 1] = 0
    data[at + 2] = 0
  }
  count += 1
  context.report('pictures', count)
}
