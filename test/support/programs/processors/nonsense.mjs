// Gives back what the first byte asks for.
export const process_image = ({ data, width, height }) =>
  [undefined, new Uint8Array(10), 'a picture', 42, { data, width: width * 2, height }, {}, [1, 2, 3]][data[0]]
