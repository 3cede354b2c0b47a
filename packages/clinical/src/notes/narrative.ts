// The editor works in plain text, FHIR keeps XHTML. One pure function each way; what the first writes, the second
// reads back to the same text (property test). The second also reads what other systems wrote.
//
// Browsers fold white space, so a space at either end of a line or after another space is written as `&#160;`.
// A no-break space that somebody typed is written as `&#xA0;`, to come back as what it was.

const OPEN = '<div xmlns="http://www.w3.org/1999/xhtml">';
const CLOSE = '</div>';

// What XML 1.0 cannot hold: most control characters, U+FFFE, U+FFFF, halves of surrogate pairs.
const NOT_XML = /[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/**
 * The text as it is kept: line ends as LF, and each character that XML cannot hold replaced by U+FFFD, so that
 * nothing vanishes unseen.
 */
export function normalizePlain(text: string): string {
  return text.replace(/\r\n?/gu, '\n').replace(NOT_XML, '\uFFFD');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\t': '&#9;',
  '\u00A0': '&#xA0;',
};

/** Plain text as the `div` of a FHIR narrative. */
export function plainToNarrative(text: string): string {
  const lines = normalizePlain(text)
    .split('\n')
    .map((line) =>
      line
        .replace(/[&<>\t\u00A0]/gu, (character) => ESCAPES[character] ?? character)
        .replace(/^ | $|(?<= ) /gu, '&#160;'),
    );
  return `${OPEN}${lines.join('<br/>')}${CLOSE}`;
}

const TOKEN = /<!--[\s\S]*?-->|<(\/?)([A-Za-z][A-Za-z0-9]*)(?:"[^"<]*"|'[^'<]*'|[^'"<>])*>|[^<]+/gu;
const BLOCKS: ReadonlySet<string> = new Set(
  'div p ul ol li dl dt dd table thead tbody tfoot tr caption h1 h2 h3 h4 h5 h6 blockquote pre hr'.split(' '),
);

/** The plain text of a narrative's `div`: breaks and blocks become lines, every other tag is left out. */
export function narrativeToPlain(div: string): string {
  const inner = div.replace(/^\s*<div[^>]*>/u, '').replace(/<\/div>\s*$/u, '');
  const lines: string[] = [];
  let line = '';
  let afterBlock = false;
  const endLine = () => {
    lines.push(lineToPlain(line));
    line = '';
  };
  for (const [token, , name = ''] of inner.matchAll(TOKEN)) {
    const tag = name.toLowerCase();
    if (!token.startsWith('<')) {
      line += token;
      if (token.trim() !== '') afterBlock = false;
    } else if (tag === 'br') {
      endLine();
      afterBlock = false;
    } else if (BLOCKS.has(tag)) {
      if (line.trim() !== '') endLine();
      afterBlock = true;
    } else if (tag === 'td' || tag === 'th') {
      line += ' ';
    }
  }
  if (!afterBlock || line.trim() !== '') endLine();
  return lines.join('\n');
}

/** Folds white space as a browser does, then reads the character references. */
function lineToPlain(line: string): string {
  return line
    .replace(/[ \t\r\n]+/gu, ' ')
    .replace(/^ | $/gu, '')
    .replace(/&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]+);/gu, (whole, name: string) =>
      readReference(whole, name),
    );
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00A0',
};

function readReference(whole: string, name: string): string {
  if (name === '#160') return ' ';
  if (!name.startsWith('#')) return NAMED[name] ?? whole;
  const hex = name[1] === 'x' || name[1] === 'X';
  const point = Number.parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10);
  return point <= 0x10ffff ? normalizePlain(String.fromCodePoint(point)) : '\uFFFD';
}
