// A picture's file as training would take it: what a browser adds to that, or takes of other kinds, is left out.

const KINDS = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/bmp', [0x42, 0x4d]],
];

export const TYPES = KINDS.map(([type]) => type);

const APP1 = 0xe1;
const START_OF_SCAN = 0xda;

/** By its content, whatever its name: what the coordinator decodes, as that type; else null. */
export async function known(file) {
  const begin = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const kind = KINDS.find(([, magic]) => magic.every((byte, i) => byte === begin[i]));
  return kind ? new Blob([file], { type: kind[0] }) : null;
}

/** The pixels as the file holds them: no turning by what a camera noted, no colour profile. */
export async function decoded(file) {
  const plain = file.type === 'image/jpeg' ? await withoutNotes(file) : file;
  return createImageBitmap(plain, { colorSpaceConversion: 'none' });
}

/** A JPEG without what a camera noted. Browsers are not of one mind on how they are told to ignore it. */
export async function withoutNotes(jpeg) {
  const bytes = new DataView(await jpeg.arrayBuffer());
  const kept = [jpeg.slice(0, 2)];
  let at = 2;
  while (at + 4 <= bytes.byteLength && bytes.getUint8(at) === 0xff && bytes.getUint8(at + 1) !== START_OF_SCAN) {
    const end = at + 2 + bytes.getUint16(at + 2);
    if (bytes.getUint8(at + 1) !== APP1) kept.push(jpeg.slice(at, end));
    at = end;
  }
  return new Blob([...kept, jpeg.slice(at)], { type: jpeg.type });
}
