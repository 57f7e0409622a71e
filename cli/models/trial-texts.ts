import type { Label } from '../../service/domain/sentiment.ts';

export interface TrialText {
  readonly text: string;
  /** Given where no sentiment model of English may differ. */
  readonly label?: Label;
}

/** Texts of different length and script; their scores become the golden texts. */
export const GOLDEN_TEXTS: readonly TrialText[] = [
  { text: 'I love this phone', label: 'positive' },
  { text: 'worst day ever', label: 'negative' },
  { text: 'the meeting is at 3pm' },
  { text: 'Best concert of my life, thank you so much!', label: 'positive' },
  { text: 'I hate waiting in line for hours', label: 'negative' },
  { text: '@someone check http://example.com/a?b=c &amp; tell me' },
  { text: '😂😂😂 no way' },
  { text: 'Müller und Söhne öffnen um acht' },
  { text: '明日は雨が降るでしょう' },
  {
    text: `A longer text ${'that goes on and on without saying anything in particular '.repeat(12)}`,
  },
];

const SUBJECTS = [
  'The new phone',
  'My flight today',
  '@user your service',
  'The concert last night',
  'This update',
  'The weather in Berlin',
  '#MondayMotivation at work',
  'Our team’s second half',
  'The coffee here',
  'Season 3',
];

const REMARKS = [
  'is the best thing that happened this year!! ❤️',
  'was fine, nothing special',
  'made me so angry that I left',
  'starts at 9 am on Friday',
  'is not as bad as they said, actually quite good',
  'costs $20 more than before http://t.co/abc',
  'was a total disaster, never again 😡',
  'is what I have been waiting for 😍',
  'could be better',
  'gets a lot of attention in the news',
  'ruined everything',
  'is ok I guess...',
];

/** Every remark on every subject: enough texts to compare the labels of two graphs. */
export const COMPARED_TEXTS: readonly string[] = SUBJECTS.flatMap((subject) =>
  REMARKS.map((remark) => `${subject} ${remark}`),
);

/** Longer than any model's window. */
export function longText(maxTokens: number): string {
  return 'good and bad days '.repeat(maxTokens);
}
