// The smallest "YOLO": an ONNX file, written by hand, whose one box has the mean red, green and blue of the picture as
// the scores of its three labels. So a test knows what a user's own model must say.

/** A protobuf field: a number, bytes or text, by its number in onnx.proto. */
const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)])
const int = (field: number, value: number): number[] => [...varint(field << 3), ...varint(value)]
const bytes = (field: number, value: readonly number[]): number[] => [
  ...varint((field << 3) | 2),
  ...varint(value.length),
  ...value,
]
const text = (field: number, value: string): number[] => bytes(field, [...Buffer.from(value)])

const FLOAT = 1
const ints = (name: string, values: readonly number[]): number[] =>
  bytes(5, [...text(1, name), ...values.flatMap((value) => int(8, value)), ...int(20, 7)])
const whole = (name: string, value: number): number[] => bytes(5, [...text(1, name), ...int(3, value), ...int(20, 2)])
const node = (op: string, inputs: readonly string[], output: string, ...attributes: number[][]): number[] =>
  bytes(1, [...inputs.flatMap((input) => text(1, input)), ...text(2, output), ...text(4, op), ...attributes.flat()])

const info = (field: number, name: string, dims: readonly (number | string)[]): number[] => {
  const shape = dims.flatMap((dim) => bytes(1, typeof dim === 'number' ? int(1, dim) : text(2, dim)))
  return bytes(field, [...text(1, name), ...bytes(2, bytes(1, [...int(1, FLOAT), ...bytes(2, shape)]))])
}

const constant = (name: string, dims: readonly number[], values: readonly number[]): number[] => {
  const raw = [...new Uint8Array(Float32Array.from(values).buffer)]
  return bytes(5, [...dims.flatMap((dim) => int(1, dim)), ...int(2, FLOAT), ...text(8, name), ...bytes(9, raw)])
}

/** `box`: cx, cy, w, h in pixels. `size`: of the input; a name leaves it free. */
export const tinyYolo = (box: readonly [number, number, number, number], size: number | 'side'): Uint8Array => {
  const graph = [
    ...node('ReduceMean', ['images'], 'means', ints('axes', [2, 3]), whole('keepdims', 0)),
    ...node('Unsqueeze', ['means'], 'scores', ints('axes', [2])),
    ...node('Concat', ['box', 'scores'], 'output0', whole('axis', 1)),
    ...text(2, 'tiny'),
    ...constant('box', [1, 4, 1], box),
    ...info(11, 'images', [1, 3, size, size]),
    ...info(12, 'output0', [1, 7, 1]),
  ]
  return Uint8Array.from([...int(1, 6), ...bytes(7, graph), ...bytes(8, [...text(1, ''), ...int(2, 11)])])
}
