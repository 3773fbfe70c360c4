// The Imaging service: the camera's image settings where its source can set them, and night mode as the IR-cut filter
// (in the light path by day). What is set is set by the camera's own settings command, and so kept.
import { type ImageControl, imageControls, type NightMode, type SettingsChange } from '../../camera/settings.js'
import { textAt, type Xml, xml } from '../../lib/xml.js'
import { Fault, invalidValue, noSuch, notAuthorized } from './fault.js'
import { type Call, defineOperations } from './operation.js'
import { SOURCE } from './profiles.js'
import { imagingCapabilities } from './service-capabilities.js'

const filterOf: Readonly<Record<NightMode, string>> = { auto: 'AUTO', day: 'ON', night: 'OFF' }
const elementOf: Readonly<Record<ImageControl, string>> = {
  brightness: 'Brightness',
  contrast: 'Contrast',
  saturation: 'ColorSaturation',
  sharpness: 'Sharpness',
}

const checkSource = ({ body }: Call): void => {
  const token = textAt(body, 'VideoSourceToken')
  if (token !== SOURCE) throw noSuch('NoSource', `There is no video source ${token ?? 'without a token'}`)
}

/** An element for each control that the source has, in the schema's order, with the filter's in its place. */
const inOrder = ({ device }: Call, show: (control: ImageControl) => Xml, filter: Xml): Xml => {
  const { controls } = device.state()
  const part = (control: ImageControl): Xml => {
    const tag = { xml: elementOf[control] }
    return controls.includes(control) ? xml`<tt:${tag}>${show(control)}</tt:${tag}>` : xml``
  }
  return xml`${part('brightness')}${part('saturation')}${part('contrast')}${filter}${part('sharpness')}`
}

const numberIn = (text: string, name: string): number => {
  const value = Number(text)
  if (text === '' || !(value >= -100 && value <= 100))
    throw new Fault(
      'Sender',
      ['InvalidArgVal', 'SettingsInvalid'],
      `${name} must be from -100 to 100, not ${text.slice(0, 20)}`,
    )
  return Math.round(value)
}

/** The change that is asked for; a Fault where a setting is not one of this camera's. */
const changeIn = (call: Call): SettingsChange => {
  const wanted = call.body.children.find(({ name }) => name === 'ImagingSettings')
  if (!wanted) throw invalidValue('ImagingSettings is missing')
  const image: Partial<Record<ImageControl, number>> = {}
  let mode: NightMode | undefined
  for (const { name, text } of wanted.children) {
    const control = imageControls.find((one) => elementOf[one] === name)
    if (name === 'IrCutFilter') {
      mode = (Object.keys(filterOf) as NightMode[]).find((one) => filterOf[one] === text)
      if (!mode) throw new Fault('Sender', ['InvalidArgVal', 'SettingsInvalid'], 'IrCutFilter must be ON, OFF or AUTO')
    } else if (control && call.device.state().controls.includes(control)) {
      image[control] = numberIn(text, name)
    } else {
      throw new Fault('Sender', ['InvalidArgVal', 'SettingsInvalid'], `This camera can't set ${name.slice(0, 40)}`)
    }
  }
  return { ...(mode && { night: { mode } }), ...(Object.keys(image).length > 0 && { image }) }
}

export const imagingOperations = defineOperations('imaging', {
  GetServiceCapabilities: {
    access: 'PRE_AUTH',
    answer: () =>
      xml`<timg:GetServiceCapabilitiesResponse>${imagingCapabilities}</timg:GetServiceCapabilitiesResponse>`,
  },
  GetImagingSettings: {
    access: 'READ_MEDIA',
    answer: (call) => {
      checkSource(call)
      const { image, night } = call.device.state().settings
      const filter = xml`<tt:IrCutFilter>${filterOf[night.mode]}</tt:IrCutFilter>`
      return xml`<timg:GetImagingSettingsResponse><timg:ImagingSettings>${inOrder(call, (control) => xml`${image[control]}`, filter)}</timg:ImagingSettings></timg:GetImagingSettingsResponse>`
    },
  },
  GetOptions: {
    access: 'READ_MEDIA',
    note: 'brightness, contrast, saturation and sharpness only where the source can set them',
    answer: (call) => {
      checkSource(call)
      const filter = xml`${['ON', 'OFF', 'AUTO'].map((mode) => xml`<tt:IrCutFilterModes>${mode}</tt:IrCutFilterModes>`)}`
      const range = (): Xml => xml`<tt:Min>-100</tt:Min><tt:Max>100</tt:Max>`
      return xml`<timg:GetOptionsResponse><timg:ImagingOptions>${inOrder(call, range, filter)}</timg:ImagingOptions></timg:GetOptionsResponse>`
    },
  },
  SetImagingSettings: {
    access: 'ACTUATE',
    note: 'at once, and kept; IrCutFilter AUTO, ON, OFF is night mode auto, day, night',
    answer: async (call) => {
      checkSource(call)
      const { device, account } = call
      if (!account) throw notAuthorized('a name is wanted')
      const change = changeIn(call)
      await device.cameras.execute(
        device.state().id,
        { type: 'settings', change },
        { adapter: 'onvif', user: account.name },
      )
      return xml`<timg:SetImagingSettingsResponse/>`
    },
  },
  GetMoveOptions: {
    access: 'READ_MEDIA',
    note: 'empty: no focus can be moved',
    answer: (call) => {
      checkSource(call)
      return xml`<timg:GetMoveOptionsResponse><timg:MoveOptions/></timg:GetMoveOptionsResponse>`
    },
  },
  GetStatus: {
    access: 'READ_MEDIA',
    note: 'empty: no focus is known',
    answer: (call) => {
      checkSource(call)
      return xml`<timg:GetStatusResponse><timg:Status/></timg:GetStatusResponse>`
    },
  },
})
