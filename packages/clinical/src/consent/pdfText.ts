import type { PDFFont } from '@cantoo/pdf-lib';

/**
 * The text in characters that the font has (the standard fonts of PDF know those of Windows-1252). A letter with a
 * mark that it lacks loses the mark; anything else becomes `?`, which a reader sees. The record keeps the true name.
 */
export function toPrintable(text: string, font: PDFFont): string {
  const known = new Set(font.getCharacterSet());
  const has = (character: string) =>
    Array.from(character).every((part) => known.has(part.codePointAt(0) ?? -1));
  return Array.from(text.normalize('NFC'), (character) => {
    if (has(character)) return character;
    if (/\s/u.test(character)) return ' ';
    const bare = character.normalize('NFKD').replace(/\p{M}/gu, '');
    return bare !== '' && has(bare) ? bare : '?';
  }).join('');
}

/** Lines no wider than `width`; a word that is wider alone is cut. */
export function wrapText(text: string, font: PDFFont, size: number, width: number): string[] {
  const fits = (line: string) => font.widthOfTextAtSize(line, size) <= width;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const character of word) {
      if (!fits(line + character)) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}
