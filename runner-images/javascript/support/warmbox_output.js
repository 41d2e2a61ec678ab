'use strict'
// Node.js writes to a pipe as much as there is room for and leaves the rest to its event loop, which process.exit
// and an uncaught exception never come back to: of 900,000 bytes 65,536 arrived. So the two streams write until
// all is written, as its documents say of pipes on Linux. Done when a program first asks for a stream, because
// to make one takes time.
for (const name of ['stdout', 'stderr']) {
  const property = Object.getOwnPropertyDescriptor(process, name)
  if (!property?.get || !property.configurable) continue
  const get = () => {
    const stream = property.get.call(process)
    // A worker's stream has none.
    stream._handle?.setBlocking?.(true)
    Object.defineProperty(process, name, property)
    return stream
  }
  Object.defineProperty(process, name, { ...property, get })
}
