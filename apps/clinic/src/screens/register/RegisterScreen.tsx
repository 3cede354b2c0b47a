import { zodResolver } from '@hookform/resolvers/zod';
import { draftChanged, type NewClient } from '@fieldchart/clinic-client';
import { systemClock } from '@fieldchart/foundation';
import type { ParseKeys } from 'i18next';
import { router } from 'expo-router';
import { useEffect, useMemo } from 'react';
import { Controller, useForm, type Control, type FieldPath } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { View, type TextInputProps } from 'react-native';
import { groupIsoDate } from '../../i18n/format.ts';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { useActivity, useActivityDispatch } from '../../session/useActivity.ts';
import { useSession } from '../../session/ShellContext.tsx';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page, Section } from '../../ui/Page.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { LikelyDuplicates } from './LikelyDuplicates.tsx';
import { localDay } from './localDay.ts';
import { emptyClient, newClientForm } from './newClientForm.ts';

/** Registers a client on the device; what is half filled in survives a dead battery. */
export function RegisterScreen() {
  const { t } = useTranslation();
  const session = useSession();
  const dispatch = useActivityDispatch();
  const draft = useActivity((activity) => activity.registration);
  const { busy, failed, run } = useWork();
  const schema = useMemo(() => newClientForm(localDay(systemClock.now())), []);
  const { control, handleSubmit, subscribe, formState } = useForm<NewClient>({
    resolver: zodResolver(schema),
    defaultValues: { ...emptyClient, ...draft },
    reValidateMode: 'onChange',
  });

  useEffect(
    () =>
      subscribe({
        formState: { values: true },
        callback: ({ values }) => {
          dispatch(draftChanged(stringsOf({ ...values })));
        },
      }),
    [subscribe, dispatch],
  );

  const save = handleSubmit((client) =>
    run(async () => {
      const { clientId } = await session.registerClient(client);
      dispatch(draftChanged({}));
      router.replace(`/clients/${clientId}`);
    }),
  );
  const errors = Object.keys(formState.errors).length;
  return (
    <Page title={t('register.title')} back="/clients" width={680}>
      <Section title={t('register.person')}>
        <Row>
          <Field control={control} name="given" label={t('register.given')} required />
          <Field control={control} name="family" label={t('register.family')} required />
        </Row>
        <Field
          control={control}
          name="birthDate"
          label={t('register.birthDate')}
          hint={t('register.birthDateHint')}
          required
          format={groupIsoDate}
          inputMode="numeric"
        />
        <LikelyDuplicates control={control} />
        <GenderField control={control} />
        <LanguageField control={control} />
      </Section>
      <Section title={t('register.contact')}>
        <Field control={control} name="phone" label={t('register.phone')} inputMode="tel" />
        <Field control={control} name="line" label={t('register.line')} />
        <Row>
          <Field control={control} name="city" label={t('register.city')} />
          <Field control={control} name="state" label={t('register.state')} />
          <Field control={control} name="postalCode" label={t('register.postalCode')} />
        </Row>
      </Section>
      {formState.isSubmitted && errors > 0 ? (
        <Notice tone="error" announce title={t('register.errors', { count: errors })} />
      ) : null}
      {failed ? <Notice tone="error" announce title={t('work.failed')} text={t('work.failedText')} /> : null}
      <Button
        label={t('register.save')}
        icon="account-check-outline"
        busy={busy}
        testID={testIds.register.save}
        onPress={() => {
          save().catch(rethrowLater);
        }}
      />
    </Page>
  );
}

const stringsOf = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );

function Row({ children }: { children: React.ReactNode }) {
  return <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 12 }}>{children}</View>;
}

interface FieldProps {
  readonly control: Control<NewClient>;
  readonly name: FieldPath<NewClient>;
  readonly label: string;
  readonly hint?: string;
  readonly required?: boolean;
  readonly format?: (typed: string) => string;
  readonly inputMode?: NonNullable<TextInputProps['inputMode']>;
}

function Field({ control, name, label, hint, required = false, format, inputMode = 'text' }: FieldProps) {
  const { t } = useTranslation();
  return (
    <View style={{ flexGrow: 1, minWidth: 180 }}>
      <Controller
        control={control}
        name={name}
        render={({ field, fieldState: { error } }) => (
          <TextField
            label={required ? `${label} *` : label}
            hint={hint}
            required={required}
            error={
              error?.message === undefined
                ? undefined
                : t(error.message as ParseKeys as 'register.error.date')
            }
            inputRef={field.ref}
            value={field.value}
            inputMode={inputMode}
            onBlur={field.onBlur}
            onChangeText={(typed) => field.onChange(format === undefined ? typed : format(typed))}
            testID={testIds.register.field(name)}
          />
        )}
      />
    </View>
  );
}

function GenderField({ control }: { control: Control<NewClient> }) {
  const { t } = useTranslation();
  const words = {
    female: t('gender.female'),
    male: t('gender.male'),
    other: t('gender.other'),
    unknown: t('gender.unknown'),
  } as const;
  return (
    <Controller
      control={control}
      name="gender"
      render={({ field }) => (
        <Choice
          label={t('register.gender')}
          value={field.value}
          onChange={field.onChange}
          options={(['female', 'male', 'other', 'unknown'] as const).map((value) => ({
            value,
            label: words[value],
            testID: testIds.register.field(`gender-${value}`),
          }))}
        />
      )}
    />
  );
}

function LanguageField({ control }: { control: Control<NewClient> }) {
  const { t } = useTranslation();
  return (
    <Controller
      control={control}
      name="language"
      render={({ field }) => (
        <Choice
          label={t('register.language')}
          value={field.value}
          onChange={field.onChange}
          options={[
            { value: 'en', label: t('language.en'), testID: testIds.register.field('language-en') },
            { value: 'es', label: t('language.es'), testID: testIds.register.field('language-es') },
          ]}
        />
      )}
    />
  );
}
