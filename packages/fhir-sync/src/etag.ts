/** A FHIR id: what a version may be called. */
const VERSION = /^[A-Za-z0-9\-.]{1,64}$/u;

/**
 * The version that an ETag names. FHIR writes `W/"3"`; some servers leave out the weakness, or the quotes, and mean the
 * same. Undefined for anything else.
 */
export function versionOfEtag(text: string | undefined): string | undefined {
  const quoted = /^(?:W\/)?"([^"]+)"$/u.exec(text ?? '')?.[1];
  if (quoted !== undefined) return quoted;
  return text !== undefined && VERSION.test(text) ? text : undefined;
}

/** The version that a `Location` of this resource ends with; undefined where it names none, or another resource. */
export function versionOfLocation(text: string | undefined, key: string): string | undefined {
  const parts = text?.split('/') ?? [];
  const [type, id, word, version] = parts.slice(-4);
  const named = word === '_history' && `${type ?? ''}/${id ?? ''}` === key;
  return named && version !== undefined && VERSION.test(version) ? version : undefined;
}
