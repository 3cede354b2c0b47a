import { createHash } from 'node:crypto';
import type { HashText } from '@fieldchart/foundation';

/** SHA-256 of a text, base64url. */
export const hashText: HashText = (text) =>
  Promise.resolve(createHash('sha256').update(text).digest('base64url'));
