import { type BlockCheck, checkName, checkShape, checkText, checkTextObject, say } from './block-checker.ts';

const BUTTON_KEYS = ['url', 'value', 'style', 'confirm', 'accessibility_label'];
const PLAIN = ['plain_text'];

/** https://docs.slack.dev/reference/block-kit/block-elements/button-element. Other elements are not known here. */
export function checkButton(check: BlockCheck, value: unknown, pointer: string): string | undefined {
  const shape = { types: ['button'], needed: ['text', 'action_id'], allowed: BUTTON_KEYS };
  const button = checkShape(check, { value, pointer }, shape);
  if (button === undefined) return undefined;
  checkTextObject(check, { value: button.text, pointer: `${pointer}/text`, types: PLAIN }, 75);
  checkName(check, { value: button.action_id, pointer: `${pointer}/action_id` }, 255);
  checkName(check, { value: button.value, pointer: `${pointer}/value` }, 2000);
  checkName(check, { value: button.url, pointer: `${pointer}/url` }, 3000);
  checkName(check, { value: button.accessibility_label, pointer: `${pointer}/accessibility_label` }, 75);
  checkStyle(check, button.style, `${pointer}/style`);
  if (button.confirm !== undefined) checkConfirm(check, button.confirm, `${pointer}/confirm`);
  return typeof button.action_id === 'string' ? button.action_id : undefined;
}

/** https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
function checkConfirm(check: BlockCheck, value: unknown, pointer: string): void {
  const shape = { needed: ['title', 'text', 'confirm', 'deny'], allowed: ['style'] };
  const confirm = checkShape(check, { value, pointer }, shape);
  if (confirm === undefined) return;
  if (confirm.type !== undefined) say(check, 'invalid additional property: type', pointer);
  checkTextObject(check, { value: confirm.title, pointer: `${pointer}/title`, types: PLAIN }, 100);
  checkTextObject(check, { value: confirm.text, pointer: `${pointer}/text` }, 300);
  checkTextObject(check, { value: confirm.confirm, pointer: `${pointer}/confirm`, types: PLAIN }, 30);
  checkTextObject(check, { value: confirm.deny, pointer: `${pointer}/deny`, types: PLAIN }, 30);
  checkStyle(check, confirm.style, `${pointer}/style`);
}

function checkStyle(check: BlockCheck, value: unknown, pointer: string): void {
  if (value !== undefined && value !== 'primary' && value !== 'danger')
    say(check, 'must be one of: primary, danger', pointer);
}

/** https://docs.slack.dev/reference/block-kit/blocks/markdown-block: 12,000 characters for all of a message's. */
export function checkMarkdown(check: BlockCheck, value: unknown, pointer: string): void {
  const block = checkShape(check, { value, pointer }, { needed: ['text'], allowed: ['block_id'] });
  if (block === undefined) return;
  checkText(check, { value: block.text, pointer: `${pointer}/text` }, 12_000);
  check.markdownLength += typeof block.text === 'string' ? block.text.length : 0;
}
