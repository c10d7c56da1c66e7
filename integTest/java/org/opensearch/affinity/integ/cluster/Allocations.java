package org.opensearch.affinity.integ.cluster;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;

import java.io.IOException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * What a JVM on this machine allocates on its heap, asked of it by JMX: the exact count that the JVM keeps for each thread, those
 * that have ended included. Each look allocates some kilobytes there itself.
 */
public final class Allocations implements AutoCloseable {
    private final JMXConnector connector;
    private final MBeanServerConnection beans;
    private final ObjectName threads;

    private Allocations(JMXConnector connector) throws IOException, JMException {
        this.connector = connector;
        beans = connector.getMBeanServerConnection();
        threads = new ObjectName("java.lang:type=Threading");
    }

    /** Starts the management agent in a JVM, for this machine alone. */
    public static Allocations of(long pid) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            try {
                return new Allocations(JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent())));
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException | JMException e) {
            throw new IOException("what process " + pid + " allocates cannot be asked: " + e.getMessage(), e);
        }
    }

    /** Since the JVM began. */
    public long bytes() throws IOException {
        try {
            return (long) beans.getAttribute(threads, "TotalThreadAllocatedBytes");
        } catch (JMException e) {
            throw new IOException("the node does not tell what it allocates: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
