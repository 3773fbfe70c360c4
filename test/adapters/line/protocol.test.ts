// Lines in, requests out; answers as text.

import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import {
  formatBlock,
  formatError,
  formatHelp,
  formatOk,
  isHttp,
  parseLine,
} from '../../../src/adapters/line/protocol.js'

describe('a line', () => {
  it.each([
    ['save png', { type: 'picture', format: 'png', stacked: false }],
    ['save', { type: 'picture', format: 'jpg', stacked: false }],
    ['save JPEG\r', { type: 'picture', format: 'jpg', stacked: false }],
    ['pastStack png', { type: 'picture', format: 'png', stacked: true }],
    ['pastStack jpg 20', { type: 'picture', format: 'jpg', stacked: true, frames: 20 }],
    ['night_level', { type: 'report', what: 'night_level' }],
    ['motion_level', { type: 'report', what: 'motion_level' }],
    ['health', { type: 'report', what: 'health' }],
    ['set camera.framerate 5', { type: 'set', key: 'camera.framerate', word: '5' }],
    ['  set   recording.on   motion, sighting ', { type: 'set', key: 'recording.on', word: 'motion, sighting' }],
    ['dump_config', { type: 'dump_config' }],
    ['overwrite_config', { type: 'overwrite_config' }],
    ['dump_cam_controls', { type: 'report', what: 'dump_cam_controls' }],
    ['dump_cam_exposure', { type: 'report', what: 'dump_cam_exposure' }],
    ['inc_trigger', { type: 'step', by: 1 }],
    ['dec_trigger 3', { type: 'step', by: -3 }],
    ['record start', { type: 'record', action: 'start' }],
    ['delete_all', { type: 'system', action: 'delete_all' }],
    ['reset', { type: 'reset' }],
    ['help', { type: 'help' }],
  ])('%j is understood', (line, ask) => {
    expect(parseLine(line)).toEqual({ camera: null, ask })
  })

  it('may name a camera', () => {
    expect(parseLine('@yard save png')).toMatchObject({ camera: 'yard', ask: { type: 'picture' } })
  })

  it.each([
    ['', 'nothing was asked: help lists what can be'],
    ['@porch', 'nothing was asked: help lists what can be'],
    ['@ save', 'after @ comes the id of a camera: @porch save png'],
    ['sve png', '"sve" is not known: did you mean save? help lists what is'],
    ['constructor', '"constructor" is not known: help lists what is'],
    ['save gif', 'say it as: save [png|jpg]'],
    ['save png 3', 'say it as: save [png|jpg]'],
    ['pastStack png many', 'say it as: pastStack [png|jpg] [frames]'],
    ['set motion.frames', 'say it as: set KEY VALUE'],
    ['record', 'say it as: record start|stop'],
    ['inc_trigger -1', 'say it as: inc_trigger [by]'],
    ['exit now', 'say it as: exit'],
  ])('%j is not, and the sentence says what is', (line, sentence) => {
    expect(() => parseLine(line)).toThrow(expect.objectContaining({ code: 'invalid', message: sentence }))
  })

  it('of a browser is known as one', () => {
    expect(['POST / HTTP/1.1', 'GET /x HTTP/1.0', 'save png'].map(isHttp)).toEqual([true, true, false])
  })
})

describe('an answer', () => {
  it('is one line, whatever its sentence holds', () => {
    expect(formatOk('saved')).toBe('ok saved\n')
    expect(formatError('invalid', 'one thing\nanother\u0007')).toBe('error invalid: one thing; another?\n')
  })

  it('or a block that is a YAML document', () => {
    expect(formatBlock('a: 1\n')).toBe('---\na: 1\n...\n')
    const { errors, contents } = parseDocument(formatHelp())
    expect(errors).toEqual([])
    expect(contents?.toJSON()).toMatchObject({ 'save [png|jpg]': 'take a picture and keep it' })
  })
})
