/** Numbers of protobuf: seven bits a byte, the lowest first. */

/** Where the number that was read last ends; 0 when it has more than 32 bits. */
let end: usize = 0

export function varintEnd(): usize {
  return end
}

export function readVarint(at: usize): u32 {
  let value: u32 = 0
  for (let shift: u32 = 0; shift < 28; shift += 7) {
    const byte: u32 = load<u8>(at++)
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) {
      end = at
      return value
    }
  }
  const last: u32 = load<u8>(at++)
  end = last < 0x10 ? at : 0
  return value | (last << 28)
}
