import { toInstant } from '@fieldchart/foundation';
import { PDFDocument, type PDFFont, type PDFPage, StandardFonts, rgb } from '@cantoo/pdf-lib';
import type { SignerAuthority } from './consent.ts';
import type { ConsentForm } from './forms.ts';
import { PDF_LABELS } from './pdfLabels.ts';
import { toPrintable, wrapText } from './pdfText.ts';

/** Points of one stroke in units of the pad's width (y to the same scale), time in ms from the first. */
export type Stroke = readonly { readonly x: number; readonly y: number; readonly t: number }[];

export interface SignedForm {
  readonly form: ConsentForm;
  readonly clientName: string;
  readonly organizationName: string;
  readonly signer: { readonly name: string; readonly authority: SignerAuthority };
  readonly mark: { readonly kind: 'drawn'; readonly strokes: readonly Stroke[] } | { readonly kind: 'typed' };
  /** The clinician who was present. */
  readonly witnessName: string;
  readonly deviceId: string;
  /** Milliseconds since the epoch, by the device's clock. */
  readonly signedAt: number;
}

// US Letter, in points.
const PAGE = { width: 612, height: 792, margin: 56, footer: 46 };
const BODY = { size: 10.5, leading: 14.5 };
const PAD = { width: 250, height: 84 };
const INK = rgb(0.09, 0.12, 0.2);
const QUIET = rgb(0.36, 0.4, 0.47);
const RULE = rgb(0.78, 0.81, 0.85);

interface Layout {
  readonly document: PDFDocument;
  readonly regular: PDFFont;
  readonly bold: PDFFont;
  readonly italic: PDFFont;
  page: PDFPage;
  /** Where the next line's top is, from the bottom of the page. */
  y: number;
}

/** The signed form as PDF: the text as it was shown, the mark, who signed in which right, when, and who was there. */
export async function consentPdf(signed: SignedForm): Promise<Uint8Array> {
  const labels = PDF_LABELS[signed.form.language];
  const document = await PDFDocument.create({ updateMetadata: false });
  document.setTitle(signed.form.title);
  document.setLanguage(signed.form.language);
  document.setProducer('Fieldchart');
  const layout: Layout = {
    document,
    regular: await document.embedFont(StandardFonts.Helvetica),
    bold: await document.embedFont(StandardFonts.HelveticaBold),
    italic: await document.embedFont(StandardFonts.HelveticaOblique),
    page: document.addPage([PAGE.width, PAGE.height]),
    y: PAGE.height - PAGE.margin,
  };
  writeLines(layout, signed.organizationName, { font: layout.regular, size: 10, color: QUIET, after: 6 });
  writeLines(layout, signed.form.title, { font: layout.bold, size: 20, color: INK, after: 6 });
  writeLines(layout, `${labels.client}: ${signed.clientName}`, {
    font: layout.regular,
    size: 11,
    color: INK,
    after: 14,
  });
  writeParagraphs(layout, signed.form.paragraphs);
  writeLines(layout, labels.disclosures, { font: layout.bold, size: 13, color: INK, after: 6, keep: 60 });
  writeParagraphs(layout, signed.form.disclosures);
  writeSignature(layout, signed);
  writeFooters(layout, signed);
  return document.save({ useObjectStreams: false });
}

interface Style {
  readonly font: PDFFont;
  readonly size: number;
  readonly color: ReturnType<typeof rgb>;
  /** Space below. */
  readonly after: number;
  /** Points that must follow on the same page. */
  readonly keep?: number;
}

function writeLines(layout: Layout, text: string, style: Style): void {
  const leading = style.size * (BODY.leading / BODY.size);
  const width = PAGE.width - 2 * PAGE.margin;
  room(layout, leading + (style.keep ?? 0));
  for (const line of wrapText(toPrintable(text, style.font), style.font, style.size, width)) {
    room(layout, leading);
    layout.page.drawText(line, {
      x: PAGE.margin,
      y: layout.y - style.size,
      size: style.size,
      font: style.font,
      color: style.color,
    });
    layout.y -= leading;
  }
  layout.y -= style.after;
}

function writeParagraphs(layout: Layout, paragraphs: ConsentForm['paragraphs']): void {
  for (const { heading, text } of paragraphs) {
    writeLines(layout, heading, {
      font: layout.bold,
      size: BODY.size,
      color: INK,
      after: 0,
      keep: 2 * BODY.leading,
    });
    writeLines(layout, text, { font: layout.regular, size: BODY.size, color: INK, after: 8 });
  }
}

/** Starts a new page when fewer than `height` points are left. */
function room(layout: Layout, height: number): void {
  if (layout.y - height >= PAGE.margin + PAGE.footer) return;
  layout.page = layout.document.addPage([PAGE.width, PAGE.height]);
  layout.y = PAGE.height - PAGE.margin;
}

function writeSignature(layout: Layout, signed: SignedForm): void {
  const labels = PDF_LABELS[signed.form.language];
  const facts = [
    `${labels.signedBy}: ${signed.signer.name} (${labels.authority[signed.signer.authority]})`,
    `${labels.date}: ${printedTime(signed.signedAt)}`,
    `${labels.witness}: ${signed.witnessName}`,
  ];
  room(layout, PAD.height + 40 + facts.length * BODY.leading + 40);
  layout.y -= 6;
  writeLines(layout, labels.signature, { font: layout.bold, size: 13, color: INK, after: 4 });
  const box = { x: PAGE.margin, y: layout.y - PAD.height };
  if (signed.mark.kind === 'drawn') drawStrokes(layout.page, signed.mark.strokes, box);
  else drawTypedName(layout, signed.signer.name, box);
  layout.page.drawLine({
    start: { x: box.x, y: box.y },
    end: { x: box.x + PAD.width, y: box.y },
    thickness: 0.8,
    color: QUIET,
  });
  layout.y = box.y - 8;
  const how = signed.mark.kind === 'drawn' ? labels.drawn : labels.typed;
  for (const fact of [...facts, how]) {
    writeLines(layout, fact, { font: layout.regular, size: BODY.size, color: INK, after: 0 });
  }
}

/** The strokes as vector lines, scaled down to the box if they are larger. */
function drawStrokes(page: PDFPage, strokes: readonly Stroke[], box: { x: number; y: number }): void {
  const points = strokes.flat();
  const left = Math.min(...points.map(({ x }) => x));
  const top = Math.min(...points.map(({ y }) => y));
  const width = Math.max(...points.map(({ x }) => x)) - left;
  const height = Math.max(...points.map(({ y }) => y)) - top;
  const inner = { width: PAD.width - 16, height: PAD.height - 14 };
  const scale = Math.min(
    PAD.width,
    inner.width / Math.max(width, 1e-6),
    inner.height / Math.max(height, 1e-6),
  );
  const place = ({ x, y }: { x: number; y: number }) => ({
    x: box.x + 8 + (x - left) * scale,
    y: box.y + 7 + (height - (y - top)) * scale,
  });
  for (const stroke of strokes) {
    stroke.forEach((point, index) => {
      const start = place(stroke[index - 1] ?? point);
      const end = place(point);
      if (index > 0) page.drawLine({ start, end, thickness: 1.4, color: INK, lineCap: 1 });
      else if (stroke.length === 1) page.drawCircle({ ...end, size: 0.9, color: INK });
    });
  }
}

function drawTypedName(layout: Layout, name: string, box: { x: number; y: number }): void {
  const text = toPrintable(name, layout.italic);
  const size = Math.min(24, (24 * (PAD.width - 16)) / Math.max(1, layout.italic.widthOfTextAtSize(text, 24)));
  layout.page.drawText(text, { x: box.x + 8, y: box.y + 14, size, font: layout.italic, color: INK });
}

function writeFooters(layout: Layout, signed: SignedForm): void {
  const labels = PDF_LABELS[signed.form.language];
  const pages = layout.document.getPages();
  const { form } = signed;
  pages.forEach((page, index) => {
    const first = `${labels.form} ${form.id}, ${labels.version} ${form.version} (${form.language}), ${labels.device} ${signed.deviceId}`;
    const lines = [`${first}, ${labels.page} ${index + 1}/${pages.length}`, `SHA-256 ${form.hash}`];
    const top = PAGE.margin + 22;
    page.drawLine({
      start: { x: PAGE.margin, y: top + 12 },
      end: { x: PAGE.width - PAGE.margin, y: top + 12 },
      thickness: 0.5,
      color: RULE,
    });
    lines.forEach((line, row) => {
      const text = toPrintable(line, layout.regular);
      page.drawText(text, {
        x: PAGE.margin,
        y: top - row * 11,
        size: 7.5,
        font: layout.regular,
        color: QUIET,
      });
    });
  });
}

/** In UTC, so that the same inputs give the same document everywhere. */
function printedTime(milliseconds: number): string {
  return `${toInstant(milliseconds).slice(0, 19).replace('T', ' ')} UTC`;
}
