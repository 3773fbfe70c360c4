// Makes one film of two: the tap has picture and sound written apart, because ffmpeg 5 gives pictures wrong times when
// it must begin a fragment for every frame of two tracks. The sound becomes track 2.
import { boxesIn, findBox } from './mp4-boxes.js'

const SOUND_ID = 2

const makeBox = (type: string, ...parts: readonly Buffer[]): Buffer => {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(parts.reduce((sum, { length }) => sum + length, 8))
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, ...parts])
}

/** The init segment of both: `sound` is changed. */
export const joinInits = (picture: Buffer, sound: Buffer): Buffer => {
  const whole = (data: Buffer, ...path: string[]): Buffer => {
    const { start, end } = findBox(data, { body: 0, end: data.length }, 'moov', ...path)
    return data.subarray(start, end)
  }
  const header = findBox(sound, { body: 0, end: sound.length }, 'moov', 'trak', 'tkhd')
  sound.writeUInt32BE(SOUND_ID, header.body + (sound[header.body] === 1 ? 20 : 12))
  sound.writeUInt32BE(SOUND_ID, findBox(sound, { body: 0, end: sound.length }, 'moov', 'mvex', 'trex').body + 4)
  const film = Buffer.from(whole(picture, 'mvhd'))
  film.writeUInt32BE(SOUND_ID + 1, film.length - 4)
  const before = [...boxesIn(picture)].filter(({ type }) => type !== 'moov')
  return Buffer.concat([
    ...before.map(({ start, end }) => picture.subarray(start, end)),
    makeBox(
      'moov',
      film,
      whole(picture, 'trak'),
      whole(sound, 'trak'),
      makeBox('mvex', whole(picture, 'mvex', 'trex'), whole(sound, 'mvex', 'trex')),
    ),
  ])
}

/** Makes a fragment of the sound's own film one of the joined film. */
export const joinFragment = (data: Buffer): void => {
  for (const moof of boxesIn(data)) {
    if (moof.type !== 'moof') continue
    data.writeUInt32BE(SOUND_ID, findBox(data, moof, 'traf', 'tfhd').body + 4)
  }
}
