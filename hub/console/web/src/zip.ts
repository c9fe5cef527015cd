/** Texts in a ZIP archive, stored as they are (APPNOTE 6.3.10, method 0). */

const TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let sum = i;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1;
  return sum;
});

function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 0xff]! ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

/** Numbers in little-endian order, each with its width in bytes. */
function packed(...numbers: [number, 2 | 4][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(numbers.reduce((sum, [, width]) => sum + width, 0)));
  let at = 0;
  for (const [number, width] of numbers) {
    if (width === 2) view.setUint16(at, number, true);
    else view.setUint32(at, number, true);
    at += width;
  }
  return new Uint8Array(view.buffer);
}

/** 1 January 1980, the first day that a ZIP archive can tell. */
const DAY = 0x21;
const UTF8 = 0x800;

export function zip(files: Record<string, string>): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [path, text] of Object.entries(files)) {
    const [name, bytes] = [encoder.encode(path), encoder.encode(text)];
    const head: [number, 2 | 4][] = [[20, 2], [UTF8, 2], [0, 2], [0, 2], [DAY, 2], [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4], [name.length, 2], [0, 2]];
    directory.push(packed([0x02014b50, 4], [20, 2], ...head, [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), name);
    const file = [packed([0x04034b50, 4], ...head), name, bytes];
    pieces.push(...file);
    at += file.reduce((sum, one) => sum + one.length, 0);
  }
  const count = Object.keys(files).length;
  const length = directory.reduce((sum, one) => sum + one.length, 0);
  const all = [...pieces, ...directory, packed([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [length, 4], [at, 4], [0, 2])];
  const archive = new Uint8Array(all.reduce((sum, one) => sum + one.length, 0));
  let place = 0;
  for (const one of all) {
    archive.set(one, place);
    place += one.length;
  }
  return archive;
}
