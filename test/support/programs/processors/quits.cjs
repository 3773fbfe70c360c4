// Ends its process; and is CommonJS.
module.exports = {
  process_image: ({ data }) => {
    if (data[0] === 7) process.exit(0)
    data[0] = 50
  },
}
