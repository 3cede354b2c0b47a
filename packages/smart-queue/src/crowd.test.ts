import { expect, test } from 'vitest';
import { createCrowd } from './crowd.ts';

test('a crowd is who joined and has not left, in the order in which they came', () => {
  const crowd = createCrowd<{ readonly name: number; gone: boolean }>();
  let members: { readonly name: number; gone: boolean }[] = [];
  let next = 17;
  for (let turn = 0; turn < 2000; turn += 1) {
    next = (next * 48_271) % 2_147_483_647;
    const leaver = members[next % (members.length * 2 + 1)];
    if (leaver === undefined) {
      const member = { name: turn, gone: false };
      crowd.join(member);
      members.push(member);
    } else {
      leaver.gone = true;
      crowd.noteLeft();
      members = members.filter((member) => member !== leaver);
    }
    expect(crowd.size()).toBe(members.length);
    expect(crowd.present()).toEqual(members);
  }
});
