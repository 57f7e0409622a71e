import { Command, Option } from '@commander-js/extra-typings';
import {
  PREPROCESSING_STEPS,
  type PreprocessingStep,
  parsePreprocessing,
} from '../../service/contract/preprocessing.ts';
import { UsageError } from '../kit/errors.ts';
import { helpText } from '../kit/help.ts';
import { type Interruption, interruptible } from '../kit/interruptible.ts';
import { print } from '../kit/printable.ts';

const DOWNLOADING: Interruption = {
  kept: 'Stopped; downloads are kept, and the same command resumes them.',
};
const UNCHANGED: Interruption = { kept: 'Stopped.' };

export function modelsCommand() {
  return new Command('models')
    .description('Add, fetch, list, verify and remove the models of models/manifest.json.')
    .addCommand(addCommand())
    .addCommand(pullCommand())
    .addCommand(listCommand())
    .addCommand(verifyCommand())
    .addCommand(goldenCommand())
    .addCommand(removeCommand())
    .addHelpText(
      'after',
      helpText(
        [
          'tss models list',
          'tss models add organization/name --labels negative,neutral,positive',
          'tss models pull minilm-tweet-sentiment',
        ],
        'Variables, also read from .env: MODELS_DIR names another folder than models/. HF_ENDPOINT,\n' +
          'HF_TOKEN, HF_TOKEN_PATH, HF_HOME and the token of `hf auth login` work as with the tools of\n' +
          'the Hugging Face hub, AWS variables and files as with the AWS CLI. Proxy variables count for\n' +
          'the hub, not for s3://, if NODE_USE_ENV_PROXY=1 is in the environment; in .env it has no effect.\n' +
          'Paths in variables of HF and AWS are relative to the current folder.',
      ),
    );
}

function addCommand() {
  return new Command('add')
    .description('Download a model, try it and lock its files in the manifest.')
    .argument(
      '<SOURCE>',
      'organization/name on the Hugging Face hub, s3://bucket/prefix, or a folder that begins ' +
        'with / or ./',
    )
    .option('--name <NAME>', 'name in the manifest (default: last part of SOURCE, in lower case)')
    .option('--revision <REV>', 'branch, tag or commit on the hub (default: main)')
    .option(
      '--file <GRAPH>',
      'ONNX graph (default: model_quantized.onnx, else model.onnx, else converted weights)',
    )
    .addOption(
      new Option(
        '--precision <PRECISION>',
        'convert model.safetensors or pytorch_model.bin to int8 or fp32 (default without a graph: int8)',
      ).choices(['int8', 'fp32'] as const),
    )
    .option('--labels <A,B,C>', 'labels in the order of the logits (default: as in config.json)')
    .option(
      '--languages <CODES>',
      'languages that the model reads, such as en,de; * where unknown (default: as in its card)',
    )
    .addOption(
      new Option(
        '--preprocessing <STEPS>',
        `comma-separated: ${PREPROCESSING_STEPS.join(', ')}; or none (default: the first two for cardiffnlp/, else none)`,
      ).argParser(preprocessing),
    )
    .option(
      '--force',
      'add a model that labels plain praise or complaints unexpectedly, or whose INT8 labels ' +
        'differ from FP32, such as one with random weights',
    )
    .addHelpText(
      'after',
      helpText([
        'tss models add cardiffnlp/twitter-roberta-base-sentiment --labels negative,neutral,positive',
        'tss models add s3://my-bucket/models/tweets/v1 --name tweets',
        'tss models add ./exported --name mine --file model.onnx',
      ]),
    )
    .action(
      interruptible(DOWNLOADING, async (_signal, source, options) => {
        const { addModel } = await import('./actions.ts');
        const { parseLanguages } = await import('./model-languages.ts');
        const { parseLabels } = await import('./describe-model.ts');
        const labels = options.labels === undefined ? undefined : parseLabels(options.labels);
        const languages =
          options.languages === undefined ? undefined : parseLanguages(options.languages);
        print(await addModel(source, { ...options, labels, languages }));
      }),
    );
}

function preprocessing(text: string): PreprocessingStep[] {
  try {
    return parsePreprocessing(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`--preprocessing: ${error.message}`);
  }
}

function pullCommand() {
  return new Command('pull')
    .description('Fetch the missing files of a model in the manifest, exactly as locked.')
    .argument('<NAME>', 'model in the manifest')
    .option('--from <SOURCE>', 'another source than the one in the manifest')
    .option('--revision <REV>', 'branch, tag or commit of --from on the hub (default: main)')
    .addHelpText(
      'after',
      helpText(['tss models pull tweets', 'tss models pull tweets --from s3://my-bucket/tweets']),
    )
    .action(
      interruptible(DOWNLOADING, async (_signal, name, { from, revision }) => {
        const { pullModel } = await import('./actions.ts');
        print(await pullModel(name, from, revision));
      }),
    );
}

function listCommand() {
  return new Command('list')
    .description('List the models of the manifest and whether their files are present.')
    .addHelpText('after', helpText(['tss models list']))
    .action(
      interruptible(UNCHANGED, async () => {
        const { listModels } = await import('./actions.ts');
        print(await listModels());
      }),
    );
}

function verifyCommand() {
  return new Command('verify')
    .description('Compare every file with the manifest; exits 1 when one differs.')
    .argument('[NAME...]', 'models (default: all)')
    .addHelpText('after', helpText(['tss models verify', 'tss models verify tweets']))
    .action(
      interruptible(UNCHANGED, async (_signal, names) => {
        const { verifyModels } = await import('./actions.ts');
        const { lines, ok } = await verifyModels(names);
        print(lines.join('\n'));
        if (!ok) process.exitCode = 1;
      }),
    );
}

function goldenCommand() {
  return new Command('golden')
    .description(
      'Score the golden texts of a model on each CPU family, and write those of other families ' +
        'beside it. arm64 is emulated, which needs root on Debian and takes minutes.',
    )
    .argument('<NAME>', 'model in the manifest')
    .addHelpText('after', helpText(['tss models golden minilm-tweet-sentiment']))
    .action(
      interruptible(UNCHANGED, async (_signal, name) => {
        const { makeModelGolden } = await import('./actions.ts');
        print(await makeModelGolden(name));
      }),
    );
}

function removeCommand() {
  return new Command('remove')
    .description('Remove a model from the manifest and delete its files.')
    .argument('<NAME>', 'model in the manifest')
    .addHelpText('after', helpText(['tss models remove tweets']))
    .action(
      interruptible(UNCHANGED, async (_signal, name) => {
        const { removeModel } = await import('./actions.ts');
        print(await removeModel(name));
      }),
    );
}
