import ValidatorSelector from '@fastify/ajv-compiler';

type BuildCompiler = ReturnType<typeof ValidatorSelector>;
type Compile = ReturnType<BuildCompiler>;

/**
 * Fastify's validators, compiled when the first request needs it: a start compiles none of the
 * schemas of routes that may never be called.
 */
export function lateValidators(): BuildCompiler {
  const buildCompiler: BuildCompiler = ValidatorSelector();
  return (externalSchemas, options) => {
    let compile: Compile | undefined;
    return (route, meta) =>
      compiledAtFirstUse(() => {
        compile ??= buildCompiler(externalSchemas, options);
        return compile(route, meta);
      });
  };
}

function compiledAtFirstUse(compile: () => ReturnType<Compile>): ReturnType<Compile> {
  let validate: ReturnType<Compile> | undefined;
  const late = (data: unknown) => {
    validate ??= compile();
    const result = validate(data);
    // Fastify reads the faults from the function that it has called.
    late.errors = validate.errors;
    return result;
  };
  late.errors = undefined as ReturnType<Compile>['errors'];
  return late as ReturnType<Compile>;
}
