/** A module that never gets to its end. */

await new Promise(() => setInterval(() => {}, 60_000))

export default () => {}
