import { CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Construct } from 'constructs';
import type { Column } from '../../service/contract/offline.ts';

/** Column of a table. Parquet has a type for times; JSON does not. */
interface TableColumn {
  readonly type: Column['type'] | 'timestamp';
  readonly description: string;
}

export interface RecordTableProps {
  readonly catalogId: string;
  readonly databaseName: string;
  readonly tableName: string;
  readonly description: string;
  readonly columns: Readonly<Record<string, TableColumn>>;
  /** s3:// address of the folder, with a closing slash. */
  readonly location: string;
  readonly format: 'parquet' | 'csv';
  /** Folder level yyyy-MM-dd; partition projection replaces a crawler. */
  readonly dateFolder?: { readonly column: string; readonly firstDay: string };
  /** Folder levels whose values each query has to name, from the outermost. */
  readonly namedFolders?: readonly string[];
}

const FORMATS = {
  parquet: {
    inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    serdeInfo: {
      serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
    },
    parameters: { classification: 'parquet' },
  },
  csv: {
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    serdeInfo: {
      serializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
      parameters: { 'field.delim': ',' },
    },
    parameters: { classification: 'csv', 'skip.header.line.count': '1' },
  },
} as const;

/** External table with the columns of a record of the contract. */
export class RecordTable extends CfnTable {
  constructor(scope: Construct, id: string, props: RecordTableProps) {
    const { parameters, ...format } = FORMATS[props.format];
    const partitions = projectedPartitions(props);
    super(scope, id, {
      catalogId: props.catalogId,
      databaseName: props.databaseName,
      tableInput: {
        name: props.tableName,
        description: props.description,
        tableType: 'EXTERNAL_TABLE',
        parameters: { EXTERNAL: 'TRUE', ...parameters, ...projection(partitions, props.location) },
        ...(partitions.length > 0 && {
          partitionKeys: partitions.map(([name]) => ({ name, type: 'string' })),
        }),
        storageDescriptor: {
          ...format,
          location: props.location,
          columns: Object.entries(props.columns).map(([name, { type, description }]) => ({
            name,
            type,
            comment: description,
          })),
        },
      },
    });
  }
}

/** A folder level, and how Athena finds its values. */
type Partition = readonly [name: string, projection: Readonly<Record<string, string>>];

function projectedPartitions({ dateFolder, namedFolders = [] }: RecordTableProps): Partition[] {
  if (!dateFolder) return namedFolders.map((name) => [name, { type: 'injected' }]);
  const { column, firstDay } = dateFolder;
  return [
    [
      column,
      {
        type: 'date',
        format: 'yyyy-MM-dd',
        range: `${firstDay},NOW`,
        interval: '1',
        'interval.unit': 'DAYS',
      },
    ],
  ];
}

function projection(partitions: readonly Partition[], location: string): Record<string, string> {
  if (partitions.length === 0) return {};
  const properties = partitions.flatMap(([name, values]) =>
    Object.entries(values).map(([key, value]) => [`projection.${name}.${key}`, value]),
  );
  const folders = partitions.map(([name]) => `${name}=\${${name}}/`).join('');
  return {
    'projection.enabled': 'true',
    ...Object.fromEntries(properties),
    'storage.location.template': `${location}${folders}`,
  };
}
