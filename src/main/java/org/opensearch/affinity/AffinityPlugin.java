package org.opensearch.affinity;

import org.apache.lucene.util.SetOnce;
import org.opensearch.action.ActionRequest;
import org.opensearch.affinity.encode.EncodeAction;
import org.opensearch.affinity.encode.EncodeProcessor;
import org.opensearch.affinity.encode.EncodeProcessorFactory;
import org.opensearch.affinity.encode.Encoder;
import org.opensearch.affinity.encode.ModelsAction;
import org.opensearch.affinity.encode.pack.ModelPacks;
import org.opensearch.affinity.encode.queue.DeviceQueue;
import org.opensearch.affinity.evaluate.EvaluateAction;
import org.opensearch.affinity.evaluate.EvaluateTask;
import org.opensearch.affinity.event.EventIndex;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.event.RecordEventsAction;
import org.opensearch.affinity.follow.FollowTask;
import org.opensearch.affinity.follow.FollowTasks;
import org.opensearch.affinity.follow.Lag;
import org.opensearch.affinity.follow.RebuildAction;
import org.opensearch.affinity.follow.Rebuilds;
import org.opensearch.affinity.follow.WatchRebuildAction;
import org.opensearch.affinity.item.GetItemVectorsAction;
import org.opensearch.affinity.manage.DeleteTrackerAction;
import org.opensearch.affinity.manage.GetModelsAction;
import org.opensearch.affinity.manage.GetTrackersAction;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.manage.TrackerStatsAction;
import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.affinity.profile.ForgetUserAction;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.OptOutAction;
import org.opensearch.affinity.profile.ProfileCache;
import org.opensearch.affinity.profile.ProfileIndex;
import org.opensearch.affinity.profile.ProfileRetention;
import org.opensearch.affinity.profile.UseProfileAction;
import org.opensearch.affinity.profile.UserFrom;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rescore.AffinityExtBuilder;
import org.opensearch.affinity.rescore.AffinityRequestProcessor;
import org.opensearch.affinity.rescore.AffinityRescorerBuilder;
import org.opensearch.affinity.rescore.ReasonsFetchSubPhase;
import org.opensearch.affinity.rescore.SignalLoggingFetchSubPhase;
import org.opensearch.affinity.rest.RestDeleteTracker;
import org.opensearch.affinity.rest.RestEncode;
import org.opensearch.affinity.rest.RestEvaluate;
import org.opensearch.affinity.rest.RestForgetUser;
import org.opensearch.affinity.rest.RestGetModels;
import org.opensearch.affinity.rest.RestGetProfile;
import org.opensearch.affinity.rest.RestGetTrackers;
import org.opensearch.affinity.rest.RestOptOut;
import org.opensearch.affinity.rest.RestPutTracker;
import org.opensearch.affinity.rest.RestRebuild;
import org.opensearch.affinity.rest.RestRecordEvents;
import org.opensearch.affinity.rest.RestStats;
import org.opensearch.affinity.rest.RestTrackerModels;
import org.opensearch.affinity.rest.RestTrackerStats;
import org.opensearch.affinity.rest.RestTrainModel;
import org.opensearch.affinity.retrieve.AffinityQueryBuilder;
import org.opensearch.affinity.retrieve.NearestQueryBuilder;
import org.opensearch.affinity.retrieve.SeenQueryBuilder;
import org.opensearch.affinity.retrieve.SimilarQueryBuilder;
import org.opensearch.affinity.retrieve.TextQueryBuilder;
import org.opensearch.affinity.runtime.TorchRuntime;
import org.opensearch.affinity.runtime.TorchSettings;
import org.opensearch.affinity.stats.StatsAction;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.affinity.train.TrainAction;
import org.opensearch.affinity.train.TrainTask;
import org.opensearch.affinity.vector.VectorCodecService;
import org.opensearch.affinity.vector.VectorFieldMapper;
import org.opensearch.cluster.NamedDiff;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.IndexScopedSettings;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.settings.SettingsFilter;
import org.opensearch.common.settings.SettingsModule;
import org.opensearch.common.util.concurrent.OpenSearchExecutors;
import org.opensearch.core.ParseField;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.env.Environment;
import org.opensearch.env.NodeEnvironment;
import org.opensearch.index.IndexModule;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.codec.CodecServiceFactory;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.indices.SystemIndexDescriptor;
import org.opensearch.indices.breaker.BreakerSettings;
import org.opensearch.persistent.PersistentTaskParams;
import org.opensearch.persistent.PersistentTasksExecutor;
import org.opensearch.persistent.PersistentTasksService;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.CircuitBreakerPlugin;
import org.opensearch.plugins.EnginePlugin;
import org.opensearch.plugins.IngestPlugin;
import org.opensearch.plugins.MapperPlugin;
import org.opensearch.plugins.PersistentTaskPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.SearchPipelinePlugin;
import org.opensearch.plugins.SearchPlugin;
import org.opensearch.plugins.SystemIndexPlugin;
import org.opensearch.repositories.RepositoriesService;
import org.opensearch.rest.RestController;
import org.opensearch.rest.RestHandler;
import org.opensearch.script.ScriptService;
import org.opensearch.search.fetch.FetchSubPhase;
import org.opensearch.search.pipeline.Processor;
import org.opensearch.search.pipeline.SearchRequestProcessor;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.ExecutorBuilder;
import org.opensearch.threadpool.FixedExecutorBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;
import org.opensearch.watcher.ResourceWatcherService;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Wires the parts of the data path into OpenSearch — encode, track, rank — and does nothing else. */
public final class AffinityPlugin extends Plugin
    implements
        ActionPlugin,
        CircuitBreakerPlugin,
        EnginePlugin,
        IngestPlugin,
        MapperPlugin,
        PersistentTaskPlugin,
        SearchPlugin,
        SearchPipelinePlugin,
        SystemIndexPlugin {

    /** The folder of this plugin among the node's plugins, the name in its descriptor. */
    private static final String FOLDER = "opensearch-affinity";

    private final SetOnce<CircuitBreaker> breaker = new SetOnce<>();
    private final SetOnce<Encoder> encoder = new SetOnce<>();
    private final RankNode rank = new RankNode();
    private final ProfileCache profiles = new ProfileCache();
    private final UserKeys keys;

    /** The keystore is open only while the node starts. */
    public AffinityPlugin(Settings settings) {
        keys = new UserKeys(settings);
    }

    // ---- encode

    @Override
    public Map<String, org.opensearch.ingest.Processor.Factory> getProcessors(org.opensearch.ingest.Processor.Parameters parameters) {
        return Map.of(EncodeProcessor.TYPE, new EncodeProcessorFactory(encoder::get, parameters.scriptService));
    }

    @Override
    public List<Setting<?>> getSettings() {
        Stream<Setting<?>> encode = Stream.concat(Encoder.settings().stream(), TorchSettings.all().stream());
        Stream<Setting<?>> users = Stream.of(UserFrom.SETTING, UseProfileAction.TIMEOUT, UserKeys.SECRET, TrainAction.MAX_EVENTS);
        Stream<Setting<?>> track = Stream.concat(EventIndex.settings().stream(), users);
        return Stream.concat(encode, track).toList();
    }

    @Override
    public BreakerSettings getCircuitBreaker(Settings settings) {
        return Encoder.breaker(settings);
    }

    /** Called before the node makes its components. */
    @Override
    public void setCircuitBreaker(CircuitBreaker breaker) {
        this.breaker.set(breaker);
    }

    private Encoder encoder(Environment environment, ThreadPool threadPool) {
        Path plugin = environment.pluginsDir().resolve(FOLDER);
        TorchSettings settings = TorchSettings.of(environment.settings());
        TorchRuntime runtime = new TorchRuntime(plugin.resolve("native"), threadPool.info(DeviceQueue.THREAD_POOL).getMax(), settings);
        TorchRuntime.warnIfMlCommonsInstalled(environment.pluginsDir());
        runtime.verifyDevice();
        List<Path> models = List.of(plugin.resolve("models"), environment.configDir().resolve(FOLDER).resolve("models"));
        try {
            return new Encoder(new ModelPacks(runtime, models), threadPool, breaker.get(), environment.settings());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the model packs of " + models, e);
        }
    }

    @Override
    public void close() {
        if (encoder.get() != null) {
            encoder.get().models().close();
        }
    }

    // ---- item vectors

    @Override
    public Map<String, Mapper.TypeParser> getMappers() {
        return Map.of(VectorFieldMapper.CONTENT_TYPE, VectorFieldMapper.PARSER);
    }

    /** None where k-NN or neural-search brings its own codecs: two are refused, and the fields then have a graph. */
    @Override
    public Optional<CodecServiceFactory> getCustomCodecServiceFactory(IndexSettings index) {
        Settings settings = index.getSettings();
        boolean other = settings.getAsBoolean("index.knn", false) || settings.getAsBoolean("index.sparse", false);
        return other ? Optional.empty() : Optional.of(VectorCodecService::new);
    }

    // ---- track

    @Override
    public Settings additionalSettings() {
        return keys.attributes();
    }

    @Override
    public Collection<Object> createComponents(
        Client client,
        ClusterService cluster,
        ThreadPool threadPool,
        ResourceWatcherService watcher,
        ScriptService scripts,
        NamedXContentRegistry xContent,
        Environment environment,
        NodeEnvironment nodeEnvironment,
        NamedWriteableRegistry writeables,
        IndexNameExpressionResolver resolver,
        Supplier<RepositoriesService> repositories
    ) {
        encoder.set(encoder(environment, threadPool));
        encoder.get().addSettingsUpdateConsumers(cluster.getClusterSettings());
        cluster.addListener(new FollowTasks(new PersistentTasksService(cluster, threadPool, client), resolver));
        cluster.addLocalNodeClusterManagerListener(new ProfileRetention(cluster, client));
        cluster.addLocalNodeClusterManagerListener(new Rebuilds(cluster, resolver, client, keys));
        rank.startWith(threadPool);
        return List.of(encoder.get(), rank, profiles, keys);
    }

    @Override
    public List<PersistentTasksExecutor<?>> getPersistentTasksExecutor(
        ClusterService cluster,
        ThreadPool threadPool,
        Client client,
        SettingsModule settings,
        IndexNameExpressionResolver resolver
    ) {
        return List.of(new FollowTask(cluster, threadPool, client, keys));
    }

    @Override
    public List<ExecutorBuilder<?>> getExecutorBuilders(Settings settings) {
        int threads = Math.max(1, OpenSearchExecutors.allocatedProcessors(settings) / 2);
        return List.of(
            DeviceQueue.executor(settings),
            new FixedExecutorBuilder(settings, FollowTask.THREAD_POOL, threads, 10_000, "thread_pool." + FollowTask.THREAD_POOL),
            new FixedExecutorBuilder(settings, TrainAction.THREAD_POOL, threads, 100, "thread_pool." + TrainAction.THREAD_POOL),
            new FixedExecutorBuilder(settings, EvaluateAction.THREAD_POOL, 1, 100, "thread_pool." + EvaluateAction.THREAD_POOL)
        );
    }

    @Override
    public Collection<SystemIndexDescriptor> getSystemIndexDescriptors(Settings settings) {
        return List.of(new SystemIndexDescriptor(ProfileIndex.SYSTEM_INDICES, "user profiles of the affinity plugin"));
    }

    @Override
    public List<NamedWriteableRegistry.Entry> getNamedWriteables() {
        return List.of(
            new NamedWriteableRegistry.Entry(Metadata.Custom.class, Trackers.TYPE, Trackers::new),
            new NamedWriteableRegistry.Entry(NamedDiff.class, Trackers.TYPE, Trackers::readDiffFrom),
            new NamedWriteableRegistry.Entry(Metadata.Custom.class, ProfileGenerations.TYPE, ProfileGenerations::new),
            new NamedWriteableRegistry.Entry(NamedDiff.class, ProfileGenerations.TYPE, ProfileGenerations::readDiffFrom),
            new NamedWriteableRegistry.Entry(Metadata.Custom.class, ActiveModels.TYPE, ActiveModels::new),
            new NamedWriteableRegistry.Entry(NamedDiff.class, ActiveModels.TYPE, ActiveModels::readDiffFrom),
            new NamedWriteableRegistry.Entry(PersistentTaskParams.class, FollowTask.NAME, LogShard::new),
            new NamedWriteableRegistry.Entry(Task.Status.class, EvaluateTask.Progress.NAME, EvaluateTask.Progress::new),
            new NamedWriteableRegistry.Entry(Task.Status.class, TrainTask.Progress.NAME, TrainTask.Progress::new),
            new NamedWriteableRegistry.Entry(Task.Status.class, Lag.NAME, Lag::new),
            new NamedWriteableRegistry.Entry(QueryBuilder.class, NearestQueryBuilder.NAME, NearestQueryBuilder::new)
        );
    }

    @Override
    public List<NamedXContentRegistry.Entry> getNamedXContent() {
        return List.of(
            new NamedXContentRegistry.Entry(Metadata.Custom.class, new ParseField(Trackers.TYPE), Trackers::fromXContent),
            new NamedXContentRegistry.Entry(Metadata.Custom.class, new ParseField(ProfileGenerations.TYPE), ProfileGenerations::fromXContent),
            new NamedXContentRegistry.Entry(Metadata.Custom.class, new ParseField(ActiveModels.TYPE), ActiveModels::fromXContent),
            new NamedXContentRegistry.Entry(PersistentTaskParams.class, new ParseField(FollowTask.NAME), LogShard::fromXContent)
        );
    }

    // ---- rank

    @Override
    public List<QuerySpec<?>> getQueries() {
        return List.of(
            new QuerySpec<>(AffinityQueryBuilder.NAME, AffinityQueryBuilder::new, AffinityQueryBuilder::fromXContent),
            new QuerySpec<>(SimilarQueryBuilder.NAME, SimilarQueryBuilder::new, SimilarQueryBuilder::fromXContent),
            new QuerySpec<>(TextQueryBuilder.NAME, TextQueryBuilder::new, TextQueryBuilder::fromXContent),
            new QuerySpec<>(SeenQueryBuilder.NAME, SeenQueryBuilder::new, SeenQueryBuilder::fromXContent)
        );
    }

    @Override
    public void onIndexModule(IndexModule module) {
        rank.tables().listenTo(module);
        rank.models().listenTo(module);
        profiles.listenTo(module);
    }

    @Override
    public List<RescorerSpec<?>> getRescorers() {
        return List.of(
            new RescorerSpec<>(
                AffinityRescorerBuilder.NAME,
                in -> new AffinityRescorerBuilder(in, rank),
                parser -> AffinityRescorerBuilder.fromXContent(parser, rank)
            )
        );
    }

    @Override
    public List<FetchSubPhase> getFetchSubPhases(FetchPhaseConstructionContext context) {
        return List.of(new ReasonsFetchSubPhase(), new SignalLoggingFetchSubPhase());
    }

    @Override
    public List<SearchExtSpec<?>> getSearchExts() {
        return List.of(new SearchExtSpec<>(AffinityExtBuilder.NAME, AffinityExtBuilder::new, AffinityExtBuilder::fromXContent));
    }

    @Override
    public Map<String, Processor.Factory<SearchRequestProcessor>> getRequestProcessors(SearchPipelinePlugin.Parameters parameters) {
        return Map.of(AffinityRequestProcessor.TYPE, new AffinityRequestProcessor.Factory(rank));
    }

    // ---- actions and REST

    @Override
    public List<ActionHandler<? extends ActionRequest, ? extends ActionResponse>> getActions() {
        return List.of(
            new ActionHandler<>(PutTrackerAction.INSTANCE, PutTrackerAction.Transport.class),
            new ActionHandler<>(GetTrackersAction.INSTANCE, GetTrackersAction.Transport.class),
            new ActionHandler<>(DeleteTrackerAction.INSTANCE, DeleteTrackerAction.Transport.class),
            new ActionHandler<>(RebuildAction.INSTANCE, RebuildAction.Transport.class),
            new ActionHandler<>(WatchRebuildAction.INSTANCE, WatchRebuildAction.Transport.class),
            new ActionHandler<>(TrackerStatsAction.INSTANCE, TrackerStatsAction.Transport.class),
            new ActionHandler<>(RecordEventsAction.INSTANCE, RecordEventsAction.Transport.class),
            new ActionHandler<>(ReadEventsAction.INSTANCE, ReadEventsAction.Transport.class),
            new ActionHandler<>(GetProfileAction.INSTANCE, GetProfileAction.Transport.class),
            new ActionHandler<>(ForgetUserAction.INSTANCE, ForgetUserAction.Transport.class),
            new ActionHandler<>(OptOutAction.INSTANCE, OptOutAction.Transport.class),
            new ActionHandler<>(UseProfileAction.INSTANCE, UseProfileAction.Transport.class),
            new ActionHandler<>(GetItemVectorsAction.INSTANCE, GetItemVectorsAction.Transport.class),
            new ActionHandler<>(EvaluateAction.INSTANCE, EvaluateAction.Transport.class),
            new ActionHandler<>(TrainAction.INSTANCE, TrainAction.Transport.class),
            new ActionHandler<>(GetModelsAction.INSTANCE, GetModelsAction.Transport.class),
            new ActionHandler<>(UseModelAction.INSTANCE, UseModelAction.Transport.class),
            new ActionHandler<>(EncodeAction.INSTANCE, EncodeAction.Transport.class),
            new ActionHandler<>(ModelsAction.INSTANCE, ModelsAction.Transport.class),
            new ActionHandler<>(StatsAction.INSTANCE, StatsAction.Transport.class)
        );
    }

    @Override
    public List<RestHandler> getRestHandlers(
        Settings settings,
        RestController controller,
        ClusterSettings clusterSettings,
        IndexScopedSettings indexSettings,
        SettingsFilter filter,
        IndexNameExpressionResolver resolver,
        Supplier<DiscoveryNodes> nodes
    ) {
        return List.of(
            new RestPutTracker(),
            new RestGetTrackers(),
            new RestDeleteTracker(),
            new RestRebuild(),
            new RestTrackerStats(),
            new RestGetProfile(rank.labels()),
            new RestForgetUser(),
            new RestOptOut(),
            new RestRecordEvents(),
            new RestEvaluate(),
            new RestTrainModel(),
            new RestTrackerModels(),
            new RestEncode(),
            new RestGetModels(),
            new RestStats()
        );
    }
}
