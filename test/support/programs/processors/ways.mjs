// Every way to give a picture back, by the first byte.
export const processImage = async (frame) => {
  const { data, width, height } = frame
  const painted = (value) => new Uint8Array(data.length).fill(value)
  switch (data[0]) {
    case 1:
      data.fill(11)
      return undefined
    case 2:
      return painted(12)
    case 3:
      return { data: painted(13), width, height }
    case 4:
      return new Uint8ClampedArray(data.length).fill(14)
    case 5:
      frame.data = painted(15)
      return undefined
    case 6:
      data.fill(16)
      return null
    default:
      return undefined
  }
}
