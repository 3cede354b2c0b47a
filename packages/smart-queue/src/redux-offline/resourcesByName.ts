import { namesOf } from './resourceNames.ts';

/** Finds resources by what bodies call them. */
export interface ResourcesByName {
  add(resource: string): void;
  remove(resource: string): void;
  /** A short name may be that of several. */
  called(name: string): readonly string[];
}

export function createResourcesByName(): ResourcesByName {
  // Lists, not sets: nearly all of them have one member.
  const byName = new Map<string, string[]>();
  return {
    add(resource) {
      for (const name of namesOf(resource)) {
        const list = byName.get(name);
        if (list === undefined) byName.set(name, [resource]);
        else list.push(resource);
      }
    },
    remove(resource) {
      for (const name of namesOf(resource)) {
        const rest = (byName.get(name) ?? []).filter((other) => other !== resource);
        if (rest.length === 0) byName.delete(name);
        else byName.set(name, rest);
      }
    },
    called: (name) => byName.get(name) ?? [],
  };
}
