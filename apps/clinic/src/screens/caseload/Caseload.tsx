import { viewChanged, type CaseloadView, type ClientRow } from '@fieldchart/clinic-client';
import { router } from 'expo-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FlatList, View } from 'react-native';
import { useActivity, useActivityDispatch } from '../../session/useActivity.ts';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { useShell } from '../../session/ShellContext.tsx';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { PageHeader } from '../../ui/Page.tsx';
import { Heading, Text } from '../../ui/Text.tsx';
import { CaseloadControls } from './CaseloadControls.tsx';
import { ClientRowLink } from './ClientRowLink.tsx';
import { FoundNotes } from './FoundNotes.tsx';
import { useCaseloadPages } from './useCaseloadPages.ts';
import { FoundOnServer, isNothingFound } from './FoundOnServer.tsx';
import { OnlineStatus } from './OnlineStatus.tsx';
import { useKeptScroll } from './useKeptScroll.ts';
import { useOnlineSearch } from './useOnlineSearch.ts';

/** About the height of a row: how many must be loaded before the remembered scroll can be reached. */
const ROW = 84;

const newClient = () => router.push('/clients/new');

/** The list of the clinician's clients. `beside`: it stands left of what is open. */
export function Caseload({ beside = false }: { beside?: boolean }) {
  const { t } = useTranslation();
  const palette = usePalette();
  const shell = useShell();
  const subject = useActivity((activity) => activity.caseload.subject);
  return (
    <View
      {...(beside ? { role: 'complementary' as const, accessibilityLabel: t('caseload.title') } : {})}
      style={{ flex: 1, backgroundColor: palette.background }}
    >
      {beside ? (
        <View
          style={{
            minHeight: 64,
            paddingHorizontal: 16,
            flexDirection: 'row',
            alignItems: 'center',
            justifyContent: 'space-between',
            backgroundColor: palette.surface,
            borderBottomWidth: 1,
            borderBottomColor: palette.line,
          }}
        >
          <Heading level={2}>{t('caseload.title')}</Heading>
          <Button
            kind="plain"
            icon="account-plus-outline"
            label={t('caseload.newClient')}
            testID={testIds.caseload.newClient}
            onPress={newClient}
          />
        </View>
      ) : (
        <PageHeader
          title={t('caseload.title')}
          actions={
            <IconButton
              icon="lock-outline"
              label={t('nav.lock')}
              testID={testIds.nav.lock}
              onPress={() => {
                shell.lock('hand').catch(rethrowLater);
              }}
            />
          }
        />
      )}
      <View {...(beside ? {} : { role: 'main' as const })} style={{ flex: 1 }}>
        <CaseloadControls />
        {subject === 'clients' ? <CaseloadList floating={!beside} /> : <FoundNotes />}
        {beside || subject === 'notes' ? null : (
          <Button
            label={t('caseload.newClient')}
            icon="account-plus-outline"
            testID={testIds.caseload.newClient}
            onPress={newClient}
            style={{ position: 'absolute', right: 16, bottom: 16, minHeight: 56, elevation: 4 }}
          />
        )}
      </View>
    </View>
  );
}

function CaseloadList({ floating }: { floating: boolean }) {
  const { t } = useTranslation();
  const view = useActivity((activity) => activity.caseload);
  const [first] = useState(view.scroll);
  const dispatch = useActivityDispatch();
  const scroll = useKeptScroll<ClientRow>(view.scroll, (now) => dispatch(viewChanged({ scroll: now })));
  const needed = Math.ceil(first / ROW) + 20;
  const { pages, more } = useCaseloadPages(view, needed);
  const online = useOnlineSearch({
    subject: 'clients',
    search: view.search,
    sort: view.sort,
    filter: view.filter,
    groups: view.groups,
  });

  if (pages === undefined) return <Loading />;
  const { rows, total } = pages;
  const firstOther = rows[0]?.first === true ? rows.find((row) => !row.first) : undefined;
  const firstSimilar = rows.find((row) => row.similar);
  return (
    <FlatList
      {...scroll}
      testID={testIds.caseload.list}
      data={rows}
      keyExtractor={(row) => row.clientId}
      renderItem={({ item }) => (
        <>
          {item.first && item === rows[0] ? <ListHeading>{t('caseload.familiar')}</ListHeading> : null}
          {item === firstSimilar ? (
            <ListHeading>{t('caseload.similar')}</ListHeading>
          ) : item === firstOther ? (
            <ListHeading>{t('caseload.others')}</ListHeading>
          ) : null}
          <ClientRowLink row={item} />
        </>
      )}
      initialNumToRender={needed}
      onEndReachedThreshold={1.5}
      onEndReached={more}
      keyboardShouldPersistTaps="handled"
      contentContainerStyle={{ padding: 12, paddingTop: 4, paddingBottom: floating ? 96 : 24, gap: 8 }}
      ListHeaderComponent={
        <View style={{ paddingHorizontal: 4, paddingBottom: 4, gap: 4 }}>
          <Text size="small" tone="muted" aria-live="polite" testID={testIds.caseload.count}>
            {total > 1000 ? t('caseload.countMany') : t('caseload.count', { count: total })}
          </Text>
          <OnlineStatus answer={online.answer} />
        </View>
      }
      ListEmptyComponent={isNothingFound(online.answer) ? <NoClients view={view} /> : null}
      // Only below the last of the device's own: pages of these would push it down.
      ListFooterComponent={!pages.more ? <FoundOnServer {...online} /> : null}
    />
  );
}

function ListHeading({ children }: { children: string }) {
  return (
    <Heading level={3} style={{ paddingHorizontal: 4, paddingBottom: 8 }}>
      {children}
    </Heading>
  );
}

function NoClients({ view }: { view: CaseloadView }) {
  const { t } = useTranslation();
  const dispatch = useActivityDispatch();
  const narrowed = view.filter !== 'all' || Object.keys(view.groups).length > 0;
  if (view.search === '' && !narrowed) {
    return (
      <EmptyState icon="account-group-outline" title={t('caseload.none')} text={t('caseload.noneText')} />
    );
  }
  const [title, text] =
    view.search === ''
      ? [t('caseload.noneInFilter'), t('caseload.noneInFilterText')]
      : [t('caseload.noMatch'), t('caseload.noMatchText')];
  return (
    <EmptyState icon="account-search-outline" title={title} text={text}>
      <Button
        kind="tonal"
        label={t('caseload.showAll')}
        onPress={() => dispatch(viewChanged({ search: '', filter: 'all', groups: {}, scroll: 0 }))}
      />
      {view.search === '' ? null : (
        <Button
          kind="plain"
          icon="shield-key-outline"
          label={t('emergency.title')}
          testID={testIds.caseload.emergency}
          onPress={() => router.push('/clients/emergency')}
        />
      )}
    </EmptyState>
  );
}
