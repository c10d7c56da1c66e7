package org.opensearch.affinity.event;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.ExceptionsHelper;
import org.opensearch.ResourceAlreadyExistsException;
import org.opensearch.action.admin.indices.create.CreateIndexRequest;
import org.opensearch.action.admin.indices.template.put.PutComposableIndexTemplateAction;
import org.opensearch.action.support.AutoCreateIndex;
import org.opensearch.action.support.ThreadedActionListener;
import org.opensearch.affinity.cluster.MappedField;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.ComposableIndexTemplate;
import org.opensearch.cluster.metadata.ComposableIndexTemplate.DataStreamTemplate;
import org.opensearch.cluster.metadata.DataStream.TimestampField;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.MetadataCreateIndexService;
import org.opensearch.cluster.metadata.MetadataIndexTemplateService;
import org.opensearch.cluster.metadata.Template;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.compress.CompressedXContent;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.Property;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.index.IndexNotFoundException;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The index that events are written to. An existing index, alias or data stream of the name is used as it is. A missing one is
 * created when the first events arrive, with the permissions of their sender. Thread-safe.
 */
public final class EventIndex {
    private static final Logger LOGGER = LogManager.getLogger(EventIndex.class);

    /** The index, alias or data stream of events whose request names none. */
    static final Setting<String> NAME = Setting.simpleString(
        "affinity.events.index",
        "ubi_events",
        name -> MetadataCreateIndexService.validateIndexOrAliasName(
            name,
            (value, reason) -> new IllegalArgumentException("[affinity.events.index] is [" + value + "], which " + reason)
        ),
        Property.NodeScope,
        Property.Dynamic
    );

    /** Whether a missing index is created as a data stream, whose old backing indices can be deleted. */
    static final Setting<Boolean> DATA_STREAM = Setting.boolSetting(
        "affinity.events.data_stream",
        false,
        Property.NodeScope,
        Property.Dynamic
    );

    /** The prefix of the index template of a data stream; the stream's name follows. */
    static final String TEMPLATE_PREFIX = "affinity-events-";
    private static final long TEMPLATE_PRIORITY = 200;

    /**
     * UBI's properties, and dynamic fields below {@code event_attributes} up to the index's limit of fields. An attribute whose
     * value does not fit its field is not indexed, while its event is. Other properties stay in the source only.
     */
    private static final String MAPPING = """
        {
          "dynamic": false,
          "date_detection": false,
          "dynamic_templates": [{"strings": {"match_mapping_type": "string", "mapping": {"type": "keyword", "ignore_above": 256}}}],
          "properties": {
            "application": {"type": "keyword"},
            "action_name": {"type": "keyword"},
            "client_id": {"type": "keyword"},
            "user_id": {"type": "keyword"},
            "session_id": {"type": "keyword"},
            "query_id": {"type": "keyword"},
            "message_type": {"type": "keyword"},
            "message": {"type": "text"},
            "user_query": {"type": "text"},
            "timestamp": {"type": "date", "format": "strict_date_optional_time||epoch_millis", "ignore_malformed": false},
            "event_attributes": {
              "dynamic": true,
              "properties": {
                "object": {
                  "properties": {
                    "object_id": {"type": "keyword"},
                    "object_id_field": {"type": "keyword"},
                    "object_id_type": {"type": "keyword"},
                    "internal_id": {"type": "keyword"}
                  }
                },
                "position": {
                  "properties": {
                    "ordinal": {"type": "integer"},
                    "xy": {"properties": {"x": {"type": "float"}, "y": {"type": "float"}}}
                  }
                }
              }
            }
          }
        }
        """;
    private static final Settings INDEX_SETTINGS = Settings.builder()
        .put("index.mapping.total_fields.limit", 500)
        .put("index.mapping.ignore_malformed", true)
        .build();

    private final Client client;
    private final ClusterService cluster;
    private final AutoCreateIndex autoCreate;
    private volatile String name;
    private volatile boolean dataStream;
    private volatile MappingFormat lastFormat;

    EventIndex(Client client, ClusterService cluster, AutoCreateIndex autoCreate, Settings settings) {
        this.client = client;
        this.cluster = cluster;
        this.autoCreate = autoCreate;
        name = NAME.get(settings);
        dataStream = DATA_STREAM.get(settings);
        cluster.getClusterSettings().addSettingsUpdateConsumer(NAME, changed -> name = changed);
        cluster.getClusterSettings().addSettingsUpdateConsumer(DATA_STREAM, changed -> dataStream = changed);
    }

    /** Returns the cluster settings of this class, for registration. */
    public static List<Setting<?>> settings() {
        return List.of(NAME, DATA_STREAM);
    }

    /**
     * Returns the name of the index to write to.
     *
     * @param requested null for the index of the setting
     */
    String nameOrDefault(String requested) {
        return requested == null ? name : requested;
    }

    /**
     * Returns how the index that is written to reads the timestamps of events: by its mapping, and for an index that does not exist by
     * the mapping that it gets here.
     */
    TimeFormat timeFormat(String index) {
        IndexAbstraction target = cluster.state().metadata().getIndicesLookup().get(index);
        IndexMetadata written = target == null ? null : target.getWriteIndex();
        if (written == null) {
            return TimeFormat.OF_DATES;
        }
        MappingFormat last = lastFormat;
        if (last == null || last.isOf(written) == false) {
            TimeFormat format = TimeFormat.of(MappedField.of("timestamp", written.mapping()));
            last = new MappingFormat(written.getIndexUUID(), written.getMappingVersion(), format);
            lastFormat = last;
        }
        return last.format;
    }

    /** The format of a version of a mapping, kept because reading a mapping takes longer than reading an event. */
    private record MappingFormat(String index, long mappingVersion, TimeFormat format) {
        boolean isOf(IndexMetadata metadata) {
            return index.equals(metadata.getIndexUUID()) && mappingVersion == metadata.getMappingVersion();
        }
    }

    /**
     * Creates the index, or the template of the data stream, unless the name exists or a matching template makes the bulk request
     * create a data stream. If anything was created, the listener is called on a thread of the write pool.
     */
    void createIfMissing(String index, ActionListener<Void> listener) {
        ClusterState state = cluster.state();
        if (isMissing(index, state) == false || becomesDataStream(index, state)) {
            listener.onResponse(null);
            return;
        }
        ActionListener<Void> writer = new ThreadedActionListener<>(LOGGER, client.threadPool(), ThreadPool.Names.WRITE, listener, false);
        if (dataStream) {
            putTemplate(index, writer);
        } else {
            create(index, writer);
        }
    }

    /** Whether the name does not exist and may be created. Where it may not, the bulk request fails for each event. */
    private boolean isMissing(String index, ClusterState state) {
        try {
            return autoCreate.shouldAutoCreate(index, state);
        } catch (IndexNotFoundException e) {
            return false;
        }
    }

    private static boolean becomesDataStream(String index, ClusterState state) {
        String template = MetadataIndexTemplateService.findV2Template(state.metadata(), index, false);
        return template != null && state.metadata().templatesV2().get(template).getDataStreamTemplate() != null;
    }

    /** Creates the index; an index that another request has created meanwhile is fine. */
    private void create(String index, ActionListener<Void> listener) {
        CreateIndexRequest request = new CreateIndexRequest(index, INDEX_SETTINGS).mapping(MAPPING, MediaTypeRegistry.JSON);
        client.admin().indices().create(request, ActionListener.wrap(created -> listener.onResponse(null), e -> {
            if (ExceptionsHelper.unwrapCause(e) instanceof ResourceAlreadyExistsException) {
                listener.onResponse(null);
            } else {
                listener.onFailure(e);
            }
        }));
    }

    /** Stores the template from which the bulk request creates the data stream, and a rollover its next backing index. */
    private void putTemplate(String index, ActionListener<Void> listener) {
        ComposableIndexTemplate template = new ComposableIndexTemplate(
            List.of(index),
            new Template(INDEX_SETTINGS, compressedMapping(), null),
            List.of(),
            TEMPLATE_PRIORITY,
            null,
            null,
            new DataStreamTemplate(new TimestampField("timestamp"))
        );
        PutComposableIndexTemplateAction.Request request = new PutComposableIndexTemplateAction.Request(TEMPLATE_PREFIX + index);
        request.indexTemplate(template);
        client.execute(PutComposableIndexTemplateAction.INSTANCE, request, ActionListener.map(listener, put -> null));
    }

    private static CompressedXContent compressedMapping() {
        try {
            return new CompressedXContent(MAPPING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
