import type { ConsentForm } from '@fieldchart/clinical';
import { View } from 'react-native';
import { testIds } from '../../testIds.ts';
import { Card } from '../../ui/Card.tsx';
import { Heading, Text } from '../../ui/Text.tsx';

/** The form as it will be signed, word for word, and what must be told before an electronic signature. */
export function FormText({ form, disclosures }: { form: ConsentForm; disclosures: string }) {
  return (
    <Card testID={testIds.consent.form} style={{ gap: 16 }}>
      <Heading level={2}>{form.title}</Heading>
      <Paragraphs paragraphs={form.paragraphs} />
      <Heading level={2}>{disclosures}</Heading>
      <Paragraphs paragraphs={form.disclosures} />
    </Card>
  );
}

function Paragraphs({ paragraphs }: { paragraphs: ConsentForm['paragraphs'] }) {
  return paragraphs.map(({ heading, text }) => (
    <View key={heading} style={{ gap: 2 }}>
      <Heading level={3}>{heading}</Heading>
      <Text>{text}</Text>
    </View>
  ));
}
