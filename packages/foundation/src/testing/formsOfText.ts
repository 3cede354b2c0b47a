/**
 * Every form in which a text may lie readable in a file: UTF-8, UTF-16 in either order, and base64 of each of these at
 * each of its three beginnings, without the letters that its neighbours decide. The text must be of 8 characters or more.
 */
export function formsOfText(text: string): readonly Buffer[] {
  return formsOfBytes(Buffer.from(text), Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16());
}

/** The same for bytes: as they are, in hexadecimal and in base64. */
export function formsOfKey(key: Uint8Array): readonly Buffer[] {
  const hex = Buffer.from(key).toString('hex');
  return [...formsOfBytes(Buffer.from(key)), Buffer.from(hex), Buffer.from(hex.toUpperCase())];
}

function formsOfBytes(...whole: readonly Buffer[]): readonly Buffer[] {
  const letters = whole.flatMap((bytes) =>
    [0, 1, 2].map((before) => {
      const encoded = Buffer.concat([Buffer.alloc(before), bytes])
        .toString('base64')
        .replaceAll('=', '');
      return encoded.slice(before === 0 ? 0 : 4, -2);
    }),
  );
  const ofUrls = letters.map((each) => each.replaceAll('+', '-').replaceAll('/', '_'));
  return [...whole, ...[...new Set([...letters, ...ofUrls])].map((each) => Buffer.from(each))];
}
