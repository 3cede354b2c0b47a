import { isRecord } from './offlineTypes.ts';

type Patch = Readonly<Record<string, unknown>>;

/**
 * One JSON merge patch (RFC 7396) that does what two do in order, on whatever they meet; undefined where there is
 * none. A field taken away or given a plain value by the first and patched inside by the second has none: alone,
 * the second would patch inside what stood there before.
 */
export function composeMergePatches(first: Patch, second: Patch): Patch | undefined {
  const composed: Record<string, unknown> = { ...first };
  for (const [name, value] of Object.entries(second)) {
    const before = first[name];
    if (!Object.hasOwn(first, name) || !isRecord(value)) composed[name] = value;
    else if (!isRecord(before)) return undefined;
    else {
      const inner = composeMergePatches(before, value);
      if (inner === undefined) return undefined;
      composed[name] = inner;
    }
  }
  return composed;
}

/**
 * A whole body with a merge patch applied; undefined where a server may come to another result, since it may have
 * filled in what the body leaves out: a field taken away, or one patched inside that the body does not have.
 */
export function applyMergePatch(body: Patch, patch: Patch): Patch | undefined {
  const applied: Record<string, unknown> = { ...body };
  for (const [name, value] of Object.entries(patch)) {
    const before = body[name];
    if (value === null) return undefined;
    if (!isRecord(value)) applied[name] = value;
    else if (!isRecord(before)) return undefined;
    else {
      const inner = applyMergePatch(before, value);
      if (inner === undefined) return undefined;
      applied[name] = inner;
    }
  }
  return applied;
}
