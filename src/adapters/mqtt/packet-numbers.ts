// mqtt-packet keeps 65,536 small buffers to write its packet numbers a little faster: 15 MB, which each garbage
// collection looks through. To be imported before it writes.
import { writeToStream } from 'mqtt-packet'

writeToStream.cacheNumbers = false
