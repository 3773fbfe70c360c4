// Folders that people name. Node's own recursive mkdir never returns where a file system refuses new folders by saying
// that they are not there (/proc, some network shares), and keeps a thread busy meanwhile.
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** With all above it that are missing; one that is there already is fine. Throws what the system says. */
export const makeFolder = async (folder: string, mode?: number): Promise<void> => {
  const make = (): Promise<void> =>
    mkdir(folder, mode).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw error
    })
  try {
    await make()
  } catch (error) {
    const above = dirname(folder)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) throw error
    await makeFolder(above, mode)
    await make()
  }
}
