// Exports something else.
export const processImages = () => {}
export const other = 1
