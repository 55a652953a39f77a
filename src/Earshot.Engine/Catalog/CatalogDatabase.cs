using System.Data;
using System.Globalization;
using System.Reflection;
using Dapper;
using Earshot.Engine.Storage;
using Microsoft.Data.Sqlite;

namespace Earshot.Engine.Catalog;

/// <summary>Opens the catalog's database and brings its schema up to date by numbered steps.</summary>
internal sealed class CatalogDatabase
{
    private const string StepFolder = "Earshot.Engine.Catalog.Sqlite.";
    private const int BusyTimeoutSeconds = 30;

    private readonly string connectionString;
    private readonly Lock gate = new();
    private bool migrated;

    static CatalogDatabase()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(new UtcTextHandler());
    }

    /// <param name="url"><c>sqlite:PATH</c>.</param>
    /// <exception cref="NotSupportedException">Another kind of address.</exception>
    public CatalogDatabase(string url)
    {
        const string Scheme = "sqlite:";
        if (!url.StartsWith(Scheme, StringComparison.Ordinal))
            throw new NotSupportedException($"DATABASE_URL '{url.Split(':')[0]}:…': only sqlite:PATH is built; leave it unset to use earshot.db in the data folder");
        Path = System.IO.Path.GetFullPath(url[Scheme.Length..]);
        connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            ForeignKeys = true,
            DefaultTimeout = BusyTimeoutSeconds,
            Pooling = true,
        }.ToString();
    }

    /// <summary>The database file.</summary>
    public string Path { get; }

    /// <summary>An open connection; the first one brings the schema up to date.</summary>
    public SqliteConnection Open()
    {
        lock (gate)
        {
            if (!migrated)
            {
                PrivateFolder.Create(System.IO.Path.GetDirectoryName(Path)!);
                CreatePrivate(Path);
                using SqliteConnection first = Connect();
                first.Execute("PRAGMA journal_mode = WAL");
                Migrate(first);
                migrated = true;
            }
        }
        return Connect();
    }

    /// <summary>The database is its owner's alone from its first byte on; what SQLite keeps beside it takes its mode.</summary>
    private static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows() || File.Exists(path)) return;
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        connection.Execute("PRAGMA synchronous = NORMAL");
        return connection;
    }

    private static void Migrate(SqliteConnection connection)
    {
        Assembly assembly = typeof(CatalogDatabase).Assembly;
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        long version = connection.ExecuteScalar<long>("PRAGMA user_version", transaction: transaction);
        foreach (string name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(StepFolder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            int step = int.Parse(name.AsSpan(StepFolder.Length, 4), NumberStyles.None, CultureInfo.InvariantCulture);
            if (step <= version) continue;
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            connection.Execute(reader.ReadToEnd(), transaction: transaction);
            connection.Execute($"PRAGMA user_version = {step}", transaction: transaction);
        }
        transaction.Commit();
    }

    /// <summary>Times are UTC text that sorts by time.</summary>
    private sealed class UtcTextHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

        public override DateTimeOffset Parse(object value) =>
            DateTimeOffset.Parse((string)value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = value.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);
        }
    }
}
