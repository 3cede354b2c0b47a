/** Something that is out of use once `gone`. */
export interface Leaving {
  readonly gone: boolean;
}

/**
 * Members in the order in which they came. Who leaves is only marked, and swept out when half of all have left: to join and
 * to leave cost the same in a crowd of any size, and no hash is kept of 100,000 members.
 */
export interface Crowd<Member extends Leaving> {
  /** Each must be in no more than once. */
  join(member: Member): void;
  /** To be called once for each member, after it was marked. */
  noteLeft(): void;
  present(): Member[];
  /** How many are present. */
  size(): number;
}

export function createCrowd<Member extends Leaving>(): Crowd<Member> {
  let members: Member[] = [];
  let left = 0;
  const present = () => members.filter(({ gone }) => !gone);
  return {
    join(member) {
      members.push(member);
    },
    noteLeft() {
      left += 1;
      if (left * 2 <= members.length) return;
      members = present();
      left = 0;
    },
    present,
    size: () => members.length - left,
  };
}
