// Never comes back from a picture whose first byte is 1.
export const process_image = async ({ data }) => {
  if (data[0] === 1) for (;;);
  if (data[0] === 2) await new Promise(() => {})
  data[0] = 99
}
