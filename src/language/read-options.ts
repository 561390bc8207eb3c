import yargsParser from 'yargs-parser';
import { missingValue, unknownOption } from './option-errors.ts';
import { dashed, findOption, OPTIONS, type OptionName, type OptionSpec } from './option-table.ts';
import { failAt, quoteInput, type SourceWord, sliceWord } from './source-word.ts';

/** What was typed, sorted into the command's words and the options' values. */
export interface ReadOptions {
  readonly words: readonly SourceWord[];
  /** The values of an option in the order they were typed; for a flag, the word that set it. */
  valuesOf(name: OptionName): readonly SourceWord[];
}

/** An option as it was typed. `value` is what is attached to it: `--opt=value`, `-Fvalue`. */
interface TypedOption {
  readonly spelling: string;
  readonly spec: OptionSpec;
  readonly word: SourceWord;
  readonly value?: SourceWord | undefined;
}

/**
 * Finds the options among the words; everything after `--` is a word.
 *
 * yargs-parser sees the options' names and the index of each word, never a value: so it can't take `004` for a number,
 * `a.b` for a path or `__proto__` for a key, and every value keeps its span.
 *
 * @throws McoError `usage/unknown-option`, `usage/missing-value`, `usage/unexpected-value`, `usage/repeated-option`
 */
export function readOptions(typed: readonly SourceWord[]): ReadOptions {
  const pieces: SourceWord[] = [];
  const place = (word: SourceWord): string => String(pieces.push(word) - 1);
  const args: string[] = [];
  let ended = false;
  for (let index = 0; index < typed.length; index += 1) {
    const word = typed[index] as SourceWord;
    if (ended || !isOption(word)) {
      args.push(place(word));
    } else if (word.text === '--') {
      ended = true;
    } else {
      for (const option of readOptionWord(word, typed[0]?.text)) {
        const { spelling, spec } = option;
        const separate = spec.takes !== undefined && option.value === undefined;
        if (separate) index += 1;
        const value = separate ? valueAfter(option, typed[index]) : (option.value ?? option.word);
        args.push(`${dashed(spelling)}=${place(value)}`);
      }
    }
  }
  return collect(args, pieces);
}

function collect(args: string[], pieces: readonly SourceWord[]): ReadOptions {
  const names = OPTIONS.map(({ name }) => name);
  const found = yargsParser(args, {
    alias: Object.fromEntries(OPTIONS.map(({ name, aliases }) => [name, [...aliases]])),
    array: names,
    string: names,
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'short-option-groups': false,
    },
  });
  const pick = (places: readonly unknown[]) => places.map((at) => pieces[Number(at)] as SourceWord);
  const values = new Map(names.map((name) => [name, pick((found[name] as string[] | undefined) ?? [])]));
  for (const spec of OPTIONS) {
    const second = values.get(spec.name)?.[1];
    if (second !== undefined && !('many' in spec)) {
      throw failAt(second, 'usage/repeated-option', {
        message: `${quoteInput(dashed(spec.name))} is given twice`,
        hint: 'give it once',
      });
    }
  }
  return { words: pick(found._), valuesOf: (name) => values.get(name) ?? [] };
}

/** A lone dash is a word. */
function isOption(word: SourceWord): boolean {
  return word.text.length > 1 && word.text.startsWith('-');
}

function valueAfter({ spelling, spec, word }: TypedOption, next: SourceWord | undefined): SourceWord {
  if (next !== undefined && !isOption(next)) return next;
  throw missingValue(word, spelling, spec);
}

function readOptionWord(word: SourceWord, command: string | undefined): readonly TypedOption[] {
  return word.text.startsWith('--') ? [readLong(word, command)] : readShort(word, command);
}

function readLong(word: SourceWord, command: string | undefined): TypedOption {
  const equals = word.text.indexOf('=');
  const nameEnd = equals === -1 ? word.text.length : equals;
  const spelling = word.text.slice(2, nameEnd);
  const spec = spelling.length > 1 ? findOption(spelling) : undefined;
  if (spec === undefined) throw unknownOption(sliceWord(word, 0, nameEnd), command);
  return {
    spelling,
    spec,
    word,
    value: equals === -1 ? undefined : attachedValue(word, spec, { spelling, at: equals }),
  };
}

/** `-F`, `-Fvalue`, `-F=value`, and flags together: `-jv`. */
function readShort(word: SourceWord, command: string | undefined): TypedOption[] {
  const options: TypedOption[] = [];
  const wholeName = word.text.slice(1).split('=', 1)[0] ?? '';
  if (wholeName.length > 1 && findOption(wholeName) !== undefined) throw unknownOption(word, command);
  for (let at = 1; at < word.text.length; at += 1) {
    const spelling = word.text.charAt(at);
    const spec = findOption(spelling);
    if (spec === undefined) throw unknownOption(word, command);
    const rest = at + 1;
    const isAttached = rest < word.text.length && (spec.takes !== undefined || word.text.charAt(rest) === '=');
    if (isAttached) {
      const equals = word.text.charAt(rest) === '=' ? rest : at;
      return [...options, { spelling, spec, word, value: attachedValue(word, spec, { spelling, at: equals }) }];
    }
    options.push({ spelling, spec, word });
  }
  return options;
}

/** The value after the character at `at`. */
function attachedValue(word: SourceWord, spec: OptionSpec, name: { spelling: string; at: number }): SourceWord {
  const value = sliceWord(word, name.at + 1);
  if (spec.takes === undefined) {
    throw failAt(value.text === '' ? word : value, 'usage/unexpected-value', {
      message: `\`${dashed(name.spelling)}\` takes no value`,
    });
  }
  if (value.text === '') throw missingValue(word, name.spelling, spec);
  return value;
}
