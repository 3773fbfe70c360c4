// YuNet (libfacedetection, Wu et al. 2023): faces from 10 pixels up. Outputs cls, obj, bbox and kps, each for strides
// 8, 16 and 32; the score is the geometric mean of cls and obj, the box an offset from the cell and a logarithmic size.
import type { Detection } from '../../camera/objects.js'
import { defineDetector, type ModelDetector, type Tensor, type Wanted } from './detector.js'

const STRIDES = [8, 16, 32]

const decode = (outputs: readonly Tensor[], { least, width, height }: Wanted): Detection[] => {
  const found: Detection[] = []
  const enough = least('face')
  for (const [level, stride] of STRIDES.entries()) {
    const [cls, obj, bbox] = [outputs[level], outputs[level + 3], outputs[level + 6]]
    if (!cls || !obj || !bbox) throw new Error('YuNet: the model has fewer than nine outputs')
    const across = Math.floor(width / stride)
    const cells = across * Math.floor(height / stride)
    for (let cell = 0; cell < cells; cell++) {
      const product = (cls.data[cell] as number) * (obj.data[cell] as number)
      if (product < enough * enough) continue
      const size = (side: number): number => Math.exp(bbox.data[cell * 4 + 2 + side] as number) * stride
      const [w, h] = [size(0), size(1)]
      const x = ((cell % across) + (bbox.data[cell * 4] as number)) * stride - w / 2
      const y = (Math.floor(cell / across) + (bbox.data[cell * 4 + 1] as number)) * stride - h / 2
      const box = { x: x / width, y: y / height, width: w / width, height: h / height }
      found.push({ label: 'face', score: Math.min(1, Math.sqrt(product)), box })
    }
  }
  return found
}

export const yunet: ModelDetector = defineDetector({
  kind: 'yunet',
  name: 'YuNet',
  labels: ['face'],
  files: [
    {
      name: 'yunet_n_dynamic.onnx',
      url: 'https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/0047ac24afb1a50a0c6105001c89d1b5b805dbf1/onnx/yunet_n_dynamic.onnx',
      sha256: '104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12',
      bytes: 322_906,
      licence: 'Apache-2.0 (libfacedetection.train)',
      what: 'faces, at the size of the picture',
      recommended: true,
    },
    {
      name: 'face_detection_yunet_2023mar.onnx',
      url: 'https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/face_detection_yunet_2023mar.onnx',
      sha256: '8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4',
      bytes: 232_589,
      licence: 'MIT (opencv_zoo), Apache-2.0 (libfacedetection.train)',
      what: 'faces, always 640 x 640: slower, finds smaller ones',
      recommended: false,
    },
  ],
  score: 0.6,
  // Pixels where height and width are free: 16:9 gives 320 x 192.
  input: { width: 320, height: 192, step: 32, order: 'bgr', mean: [0, 0, 0], std: [1, 1, 1], keepShape: true },
  decode,
})
