import type { CardButton } from '../../core/card.ts';
import { escapeText } from '../../core/escape-text.ts';
import type { ActionsBlock, Button, PlainText } from './slack-blocks.ts';

const LABEL_LENGTH = 75;
/** https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
const QUESTION_LENGTH = 300;
const ANSWER_LENGTH = 30;
const VALUE_LENGTH = 2000;

/** A row of buttons, each action once. What is not valid is left out: the message goes without that button. */
export function drawActions(buttons: readonly CardButton[]): ActionsBlock[] {
  const valid = buttons.filter(({ run, label }) => run !== '' && run.length <= VALUE_LENGTH && label.trim() !== '');
  const unique = new Map(valid.map((button) => [button.action, button]));
  return unique.size === 0 ? [] : [{ type: 'actions', elements: [...unique.values()].map(drawButton) }];
}

function drawButton({ action, run, label, confirm }: CardButton): Button {
  return {
    type: 'button',
    action_id: `mco:${action}`,
    text: toPlain(label, LABEL_LENGTH),
    value: run,
    ...styleOf(action),
    ...(confirm === undefined ? {} : { confirm: drawConfirm(confirm, label) }),
  };
}

function styleOf(action: CardButton['action']): Pick<Button, 'style'> {
  if (action === 'cancel') return { style: 'danger' };
  return action === 'approve' ? { style: 'primary' } : {};
}

const drawConfirm = (question: string, label: string): NonNullable<Button['confirm']> => ({
  title: toPlain('Are you sure?', LABEL_LENGTH),
  text: toPlain(question.trim() === '' ? `${label}?` : question, QUESTION_LENGTH),
  confirm: toPlain(label, ANSWER_LENGTH),
  deny: toPlain('Leave it', ANSWER_LENGTH),
  style: 'danger',
});

const toPlain = (text: string, maxLength: number): PlainText => ({
  type: 'plain_text',
  text: escapeText(text, maxLength),
  emoji: false,
});
