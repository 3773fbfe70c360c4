// The container's health: whether the service answers. A camera that is away is no reason to start everything anew.
// NIGHTJAR_HEALTH_PORT: http.port, where it is not 8080.
const port = process.env.NIGHTJAR_HEALTH_PORT ?? '8080'
const answered = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(4000) }).then(
  ({ ok }) => ok,
  () => false,
)
process.exit(answered ? 0 : 1)
