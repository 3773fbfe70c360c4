// An error that nobody catches, outside of any picture.
export const process_image = ({ data }) => {
  if (data[0] !== 7) return
  setTimeout(() => {
    throw new RangeError('too late')
  }, 1)
}
