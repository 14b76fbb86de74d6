import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { addProperty, emptyDraft, finish, type Draft } from './definition-builder.ts';
import { both, type Expression } from './expression.ts';
import { parseExpression } from './expression-parser.ts';
import { tokenize } from './lexer.ts';
import { logicalLines } from './logical-lines.ts';
import { makeTree, type Definition, type KconfigTree } from './tree.ts';

/** A block that is open, and what it lays on everything inside. */
interface Block {
  readonly kind: 'if' | 'menu' | 'choice';
  readonly draft: Draft;
  readonly choice: number | undefined;
}

/**
 * Reads all Kconfig files that the tree's top `Kconfig` reaches.
 *
 * @param source directory of the kernel tree.
 * @param environment what `$(NAME)` stands for in `source` lines: SRCARCH at least.
 */
export function readKconfigTree(source: string, environment: Readonly<Record<string, string>>): KconfigTree {
  const reader = new Reader(source, environment);
  reader.readFile('Kconfig');
  return makeTree(reader.definitions);
}

class Reader {
  readonly definitions: Definition[] = [];
  private readonly blocks: Block[] = [];
  private choices = 0;
  private readonly root: string;
  private readonly environment: Readonly<Record<string, string>>;

  constructor(root: string, environment: Readonly<Record<string, string>>) {
    this.root = root;
    this.environment = environment;
  }

  readFile(path: string): void {
    const file = join(this.root, path);
    if (!existsSync(file)) return;
    let entry: { symbol: string; draft: Draft; location: string } | undefined;
    // The lines after `config`, `menu` or `choice` describe it until the next entry begins.
    let draft: Draft | undefined;
    const close = () => {
      if (entry !== undefined) {
        this.definitions.push(finish(entry.draft, entry.symbol, entry.location, this.around()));
      }
      entry = undefined;
      draft = undefined;
    };

    for (const { text, number } of logicalLines(readFileSync(file, 'utf8'))) {
      const [head, ...tokens] = tokenize(text);
      if (head?.kind !== 'word') continue;
      switch (head.text) {
        case 'config':
        case 'menuconfig': {
          close();
          const name = tokens[0];
          if (name?.kind !== 'word') break;
          draft = emptyDraft();
          entry = { symbol: name.text, draft, location: `${path}:${number}` };
          break;
        }
        case 'if':
          close();
          this.open('if').dependencies = parseExpression(tokens)?.expression;
          break;
        case 'menu':
        case 'choice':
          close();
          draft = this.open(head.text);
          break;
        case 'endif':
        case 'endmenu':
        case 'endchoice':
          close();
          this.blocks.pop();
          break;
        case 'comment':
          close();
          draft = emptyDraft();
          break;
        case 'source':
        case 'osource':
        case 'rsource':
        case 'orsource':
          close();
          this.follow(text, head.text.includes('rsource') ? dirname(path) : '.');
          break;
        default:
          if (draft !== undefined) addProperty(draft, head.text, tokens);
      }
    }
    close();
  }

  private open(kind: Block['kind']): Draft {
    const draft = emptyDraft();
    this.blocks.push({ kind, draft, choice: kind === 'choice' ? ++this.choices : undefined });
    return draft;
  }

  /** What the open blocks lay on an entry. A choice's prompt condition decides whether its members can be picked. */
  private around() {
    let dependencies: Expression | undefined;
    let visibleIf: Expression | undefined;
    let choice: number | undefined;
    for (const block of this.blocks) {
      dependencies = both(dependencies, block.draft.dependencies);
      visibleIf = both(visibleIf, block.draft.visibleIf);
      if (block.kind === 'choice') visibleIf = both(visibleIf, block.draft.prompt?.condition);
      choice = block.choice ?? choice;
    }
    return { dependencies, visibleIf, choice };
  }

  private follow(line: string, directory: string): void {
    const written = /"([^"]+)"/.exec(line)?.[1] ?? line.split(/\s+/)[1] ?? '';
    const path = written.replaceAll(
      /\$\(?(\w+)\)?/g,
      (whole, name: string) => this.environment[name] ?? whole,
    );
    for (const file of globSync(join(directory, path), { cwd: this.root }).sort()) {
      this.readFile(relative(this.root, join(this.root, file)));
    }
  }
}
