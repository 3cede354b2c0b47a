import { expect, test } from 'vitest';
import { emptyClient, newClientForm } from './newClientForm.ts';

const form = newClientForm('2026-11-22');
const client = { ...emptyClient, given: ' Rosa ', family: 'Marsh', birthDate: '1984-02-29' };
const messages = (input: object) =>
  Object.fromEntries(
    (form.safeParse({ ...client, ...input }).error?.issues ?? []).map(({ path, message }) => [
      path[0],
      message,
    ]),
  );

test('names are trimmed, and what is optional may stay empty', () => {
  expect(form.parse(client)).toMatchObject({ given: 'Rosa', family: 'Marsh', phone: '' });
});

test('a birth date is a day of the calendar, and not in the future', () => {
  expect(messages({ birthDate: '1985-02-29' })).toEqual({ birthDate: 'register.error.date' });
  expect(messages({ birthDate: '12/03/1984' })).toMatchObject({ birthDate: 'register.error.date' });
  expect(messages({ birthDate: '2026-11-23' })).toEqual({ birthDate: 'register.error.dateRange' });
  expect(messages({ birthDate: '2026-11-22' })).toEqual({});
});

test('a phone number is digits with the usual signs', () => {
  expect(messages({ phone: '(802) 555-0134' })).toEqual({});
  expect(messages({ phone: 'call me' })).toEqual({ phone: 'register.error.phone' });
});

test('a name is asked for', () => {
  expect(messages({ given: '  ' })).toEqual({ given: 'register.error.required' });
});
